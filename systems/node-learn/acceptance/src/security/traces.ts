// What says something about a person, or opens something, is not in logs, and in events and dead letters only where a contract marks it.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type AcceptanceTarget, checkThat, eventually } from '@banyan/proof';
import { type KnownValues, findLeaks, readFolder } from '@banyan/proof/leaks';
import { events } from '@node-learn/contracts';
import { scenario } from '../define.ts';
import type { Stage } from '../stage.ts';
import type { Surroundings } from '@banyan/proof/security-scenarios';

/** Longer than programs gather lines before they write them. */
const writtenWithinMs = 500;
const setAsideWithinMs = 20_000;

export function traces({ logDirectory }: Surroundings) {
  return [
    scenario(
      'S4',
      'nobody’s name, address, token or password is in logs, nor in events and dead letters beyond what a contract marks',
      async (stage) => {
        const found = await leaveTraces(stage);
        await setAside(stage.target, found);
        await pause(writtenWithinMs);
        expectNone(findLeaks(readFolder(logDirectory), found), 'in logs');
        expectNone(await inEvents(stage.target, found), 'in events');
        expectNone(await inDeadLetters(stage.target, found), 'in dead letters');
      },
    ),
  ];
}

function expectNone(leaks: readonly string[], where: string): void {
  checkThat(leaks.length === 0, `nothing ${where}`, leaks);
}

/** Signs in, plays, and is careless with what nobody should know; answers what must not be found afterwards. */
async function leaveTraces(stage: Stage): Promise<KnownValues> {
  const mark = randomBytes(5).toString('hex');
  const givenName = `Kanarina${mark}`;
  const familyName = `Zitronengelb${mark}`;
  const password = `hunter2-${mark}`;
  const email = `kanarina-${mark}@leak.test`;
  const person = await stage.person({ givenName, familyName, email });
  const learner = await stage.enter(person.id);
  const { token, id: userId } = learner;
  const [question] = (await stage.ok('/api/questions')) as { id: number }[];
  const questionId = question?.id ?? 0;
  const { client } = stage;
  const code = `4/0A${randomBytes(20).toString('base64url')}`;
  await client.get('/api/auth/profile', { token });
  await stage.record(learner, questionId, true);
  await stage.post(9, learner, [1, 2, 1]);
  const careless = { name: givenName, email, password, token };
  const query = new URLSearchParams({
    ...careless,
    access_token: token,
    code,
    search: familyName,
    topic: password,
    difficulty: password,
  }).toString();
  for (const path of ['/api/questions', '/api/auth/google/callback', '/api/auth/profile', '/api/quiz/modes', '/nothing'])
    for (const headers of headersWith({ token, email, password })) await client.get(`${path}?${query}`, { headers });
  for (const path of [
    '/api/stats/user/',
    '/api/achievements/user/',
    '/api/questions/',
    '/api/answers/',
    '/api/leaderboard/mode/',
    '/api/nobody/',
  ])
    for (const text of [email, token]) await client.get(`${path}${encodeURIComponent(text)}`);
  const bodies: unknown[] = [
    careless,
    { userId: email, questionId: password, isCorrect: token },
    { userId, questionId, isCorrect: password },
    `{"password":"${password}`,
  ];
  bodies.push({ modeId: 9, userId, correctAnswers: password, totalQuestions: email, streak: familyName, username: givenName });
  bodies.push({ modeId: 9, userId, correctAnswers: 1, totalQuestions: 2, streak: 1, username: `${givenName} ${familyName}` });
  bodies.push({ questionType: password, practical: password, question: email, difficulty: familyName, topic: givenName });
  const { token: adminToken } = await stage.admin();
  for (const path of ['/api/stats/record', '/api/achievements/check', '/api/leaderboard/update', '/api/admin/questions'])
    for (const body of bodies) {
      const content = typeof body === 'string' ? body : JSON.stringify(body);
      for (const authorization of [`Bearer ${adminToken}`, `Bearer ${token}x`])
        await client.request('POST', path, { body: content, headers: { 'content-type': 'application/json', authorization } });
    }
  const signature = (of: string) => of.split('.')[2] ?? of;
  return {
    'a given name': givenName,
    'a family name': familyName,
    'an e-mail address': email,
    'the signature of a token': signature(token),
    'the signature of an administrator’s token': signature(adminToken),
    'a password': password,
    'a sign-in code': code.slice(4),
  };
}

function headersWith({ token, email, password }: Readonly<Record<'token' | 'email' | 'password', string>>): Record<string, string>[] {
  return [
    { authorization: `Bearer ${token}` },
    { authorization: `Bearer ${token}.${password}` },
    { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` },
    {
      cookie: `session=${password}; token=${token}`,
      'x-api-key': password,
      referer: `https://example.test/?token=${token}`,
      'user-agent': email,
    },
  ];
}

/** An event of a person that no reader can read: it is set aside as it is, with what is wrong with it. */
async function setAside({ control }: AcceptanceTarget, known: KnownValues): Promise<void> {
  const { broker } = control;
  if (broker === undefined) return;
  const [, name = '', email = ''] = Object.values(known);
  const payload = JSON.stringify({ userId: 7, name, email, picture: `https://example.test/${email}`, isAdmin: 'nobody knows' });
  const key = String(1_000_000 + Math.floor(Math.random() * 1_000_000));
  await broker.sql(
    `select banyan.append_event(gen_random_uuid(), type, $1, now(), service_id, correlation_id, null, $2, 1, partition, null, dataschema, null)
     from banyan.events where type = 'user.created' order by position limit 1`,
    [payload, key],
  );
  await eventually(
    async () => {
      const [aside] = await control.sqlAt<{ count: number }>(
        'quiz',
        'select count(*)::int as count from banyan.set_aside where partition_key = $1',
        [key],
      );
      checkThat(aside?.count === 1, 'quiz has set the event aside', aside);
    },
    { timeoutMs: setAsideWithinMs },
  );
}

async function inEvents({ control }: AcceptanceTarget, known: KnownValues): Promise<string[]> {
  const rows =
    (await control.broker?.sql<{ type: string; payload: Record<string, unknown> }>('select type, payload from banyan.events')) ?? [];
  checkThat(rows.length > 0, 'there are events');
  return rows.flatMap(({ type, payload }) => findLeaks({ [type]: unmarked(type, payload) }, known));
}

async function inDeadLetters({ control }: AcceptanceTarget, known: KnownValues): Promise<string[]> {
  const found: string[] = [];
  let letters = 0;
  for (const service of ['quiz', 'achievement', 'leaderboard']) {
    const rows = await control.sqlAt<{ type: string; content: { data?: Record<string, unknown> } | null; told: string }>(
      service,
      `select type, content, concat_ws(' ', event_id, partition_key, lane, reason, error) as told from banyan.set_aside where state = 'dead'`,
    );
    letters += rows.length;
    for (const { type, content, told } of rows)
      found.push(...findLeaks({ [`${service}, ${type}`]: `${told} ${unmarked(type, content?.data ?? {})}` }, known));
  }
  checkThat(letters > 0, 'there are dead letters');
  return found;
}

/** All of an event's data but what its contract marks as personal. */
function unmarked(type: string, data: Record<string, unknown>): string {
  const personal = events.find(({ contract }) => contract.type === type)?.contract.personal ?? [];
  return JSON.stringify(Object.fromEntries(Object.entries(data).filter(([field]) => !(personal as readonly string[]).includes(field))));
}
