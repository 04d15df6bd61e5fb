// What says something about a person, or opens something, is not in logs, answers, and in events only where a contract marks it.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { checkEqual, checkThat } from '@banyan/proof';
import { findLeaks, type KnownValues, readFolder } from '@banyan/proof/leaks';
import type { Surroundings } from '@banyan/proof/security-scenarios';
import { events } from '@helpdesk/contracts/events';
import { scenario } from '../define.ts';
import type { Stage } from '../stage.ts';

/** Longer than programs gather lines before they write them. */
const writtenWithinMs = 500;

export function traces({ logDirectory }: Surroundings) {
  return scenario(
    'S4',
    'no name, password, hash, link or token is in logs or answers, nor in events beyond what a contract marks',
    async (stage) => {
      const { known, answers } = await leaveTraces(stage);
      await pause(writtenWithinMs);
      expectNone(findLeaks(readFolder(logDirectory), known), 'in logs');
      expectNone(await inEvents(stage, known), 'in events');
      expectNone(
        answers.filter((text) => /"password"|\$argon2/.test(text)),
        'with a password in answers',
      );
    },
  );
}

function expectNone(leaks: readonly string[], where: string): void {
  checkThat(leaks.length === 0, `nothing ${where}`, leaks);
}

/** Signs up, forgets the password, and is careless with what nobody should know; answers what must not be found afterwards. */
async function leaveTraces(stage: Stage): Promise<{ readonly known: KnownValues; readonly answers: readonly string[] }> {
  const mark = randomBytes(5).toString('hex');
  const password = `hunter2-${mark}`;
  const named = { firstName: `Kanarina${mark}`, lastName: `Zitronengelb${mark}`, email: `kanarina-${mark}@leak.test` };
  const person = await stage.person({ ...named, password });
  const { client } = stage;
  const { token } = person;
  const administrator = await stage.administrator();
  const ticket = await stage.ticket(person, { title: `About ${named.lastName}`, description: `Call ${named.firstName}, ${password}` });
  checkEqual((await client.post('/auth/forgot-password', { email: named.email })).status, 201, 'forgot');
  const { text } = await stage.delivered(named.email, 'Password Reset Request');
  const link = /[0-9a-f]{64}/.exec(text)?.[0] ?? '';
  checkThat(link !== '', 'the mail has a link');
  const query = new URLSearchParams({ token, password, ...named }).toString();
  const asked = [
    await stage.patch(`/tickets/${ticket.id}/assign`, { assignedToUserId: person.id }, administrator),
    await client.get(`/tickets?${query}`, { token }),
    await client.get(`/tickets/${ticket.id}`, { token }),
    await client.get('/admin/users', { token: administrator.token }),
    await client.get('/admin/agents', { token }),
    await client.get(`/nothing/${encodeURIComponent(named.email)}?${query}`, {
      headers: { authorization: `Bearer ${token}x`, cookie: `token=${token}` },
    }),
    await client.post('/auth/login', { email: named.email, password: `${password}x` }),
    await client.post('/auth/login', { email: password, password: named.email }),
    await client.post('/auth/reset-password', { token: `${link}x`, newPassword: password }),
    await client.request('POST', '/auth/signup', { body: `{"password":"${password}`, headers: { 'content-type': 'application/json' } }),
  ];
  const known = {
    'a given name': named.firstName,
    'a family name': named.lastName,
    'an e-mail address': named.email,
    'a password': password,
    'the signature of a token': token.split('.')[2] ?? token,
    'the token of a link': link,
  };
  return { known, answers: asked.map((answer) => answer.text) };
}

async function inEvents({ target }: Stage, known: KnownValues): Promise<string[]> {
  const rows =
    (await target.control.broker?.sql<{ type: string; payload: Record<string, unknown> }>('select type, payload from banyan.events')) ?? [];
  checkThat(rows.length > 0, 'there are events');
  const { 'a password': password, 'the token of a link': link } = known as Record<string, string>;
  return rows.flatMap(({ type, payload }) => [
    ...findLeaks({ [type]: JSON.stringify(unmarked(type, payload)) }, known),
    // What opens something is in no event at all, marked or not; a description says what its writer wants it to.
    ...findLeaks(
      { [type]: JSON.stringify({ ...payload, description: '' }) },
      { 'a password': password ?? '', 'the token of a link': link ?? '' },
    ),
  ]);
}

/** All of an event's data but what its contract marks as personal. */
function unmarked(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const personal: readonly string[] = events.find(({ contract }) => contract.type === type)?.contract.personal ?? [];
  return Object.fromEntries(Object.entries(data).filter(([field]) => !personal.includes(field)));
}
