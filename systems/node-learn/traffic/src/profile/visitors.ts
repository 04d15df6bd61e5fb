// Readers, learners who look at their pages, boards, and people who send nonsense.
import { type Asking, judgeByStatus, type SeededRandom, type TrafficAction, type TrafficSession } from '@banyan/proof';
import { at, type World } from './world.ts';

const get = (group: string, what: string, path: string, rest: Partial<Asking> = {}): Asking => ({
  actor: 'visitor',
  group,
  what,
  method: 'GET',
  path,
  ...rest,
});

const filters = [
  '',
  '?difficulty=easy',
  '?difficulty=medium&practical=false',
  '?questionType=single_choice',
  '?questionType=multiple_choice&difficulty=hard',
  '?practical=true',
] as const;

/** Browsers of people who have not signed in. */
const visitors = 60;

export function read(world: World, random: SeededRandom): TrafficAction {
  const kind = random.weighted({ list: 50, one: 20, random: 30 });
  const [filter, fraction] = [random.pick(filters), random.next()];
  const actor = `visitor ${random.below(visitors)}`;
  if (kind === 'list') return single(`list ${filter}`, () => get('questions', 'list', `/api/questions${filter}`, { actor }));
  if (kind === 'one')
    return single(`question ${fraction}`, () =>
      get('questions', 'question', `/api/questions/${at(world.questionIds, fraction) ?? 1}`, { actor }),
    );
  return {
    name: 'random question and its answer',
    cost: 2,
    run: async (session) => {
      const question = await session.ask(get('questions', 'random', '/api/questions/random', { actor }));
      const id = (question?.json as { id?: number } | undefined)?.id;
      // A question that an administrator deletes between the two requests is rightly unknown.
      if (id !== undefined) await session.ask(get('answers', 'answer', `/api/answers/${id}`, { actor, judge: expecting(200, 404) }));
    },
  };
}

export function page(world: World, random: SeededRandom): TrafficAction {
  const fraction = random.next();
  return {
    name: `pages of ${fraction}`,
    cost: 4,
    run: async (session) => {
      const person = at([...world.signedIn.values()], fraction);
      const [id, token] = [person?.userId ?? 1, person?.token];
      const actor = `user ${id}`;
      await Promise.all([
        session.ask(get('stats', 'stats', `/api/stats/user/${id}`, { actor, token })),
        session.ask(get('achievements', 'achievements', `/api/achievements/user/${id}`, { actor, token })),
        session.ask(get('stats', 'wrong questions', `/api/stats/user/${id}/wrong-questions`, { actor, token })),
        session.ask(get('auth', 'profile', '/api/auth/profile', { actor, token, judge: expecting(token === undefined ? 500 : 200) })),
      ]);
    },
  };
}

const modes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

export function boards(random: SeededRandom): TrafficAction {
  const actor = `visitor ${random.below(visitors)}`;
  return {
    name: `all boards for ${actor}`,
    cost: modes.length,
    run: async (session) => {
      await Promise.all(modes.map((mode) => session.ask(get('leaderboard', 'board', `/api/leaderboard/mode/${mode}`, { actor }))));
    },
  };
}

/** What watches from outside whether anybody is there: from so many places. */
const probes = 20;

export function probe(random: SeededRandom): TrafficAction {
  const actor = `probe ${random.below(probes)}`;
  return single(actor, () => get('other', 'greeting', '/api', { actor }));
}

const json = { 'content-type': 'application/json' };
const nuisances: readonly Omit<Asking, 'actor'>[] = [
  get('questions', 'bad id', '/api/questions/abc', { judge: expecting(500) }),
  get('questions', 'unknown id', '/api/questions/999999999', { judge: expecting(404) }),
  get('answers', 'unknown id', '/api/answers/999999999', { judge: expecting(404) }),
  get('auth', 'bad token', '/api/auth/profile', { token: 'not.a.token', judge: expecting(500) }),
  get('other', 'unknown path', '/api/no-such-thing', { judge: expecting(404) }),
  {
    group: 'stats',
    what: 'unknown user',
    method: 'POST',
    path: '/api/stats/record',
    body: { userId: 2_000_000_000, questionId: 1, isCorrect: true },
    judge: expecting(500),
  },
  {
    group: 'stats',
    what: 'broken JSON',
    method: 'POST',
    path: '/api/stats/record',
    body: '{"userId":',
    headers: json,
    judge: expecting(400),
  },
  {
    group: 'leaderboard',
    what: 'no numbers',
    method: 'POST',
    path: '/api/leaderboard/update',
    body: {},
    judge: expecting(500),
  },
  {
    group: 'stats',
    what: 'preflight',
    method: 'OPTIONS',
    path: '/api/stats/record',
    headers: { origin: 'http://localhost:4200', 'access-control-request-method': 'POST' },
    judge: expecting(204),
  },
];

export function bother(random: SeededRandom): TrafficAction {
  const asking = random.pick(nuisances);
  // From anybody's browser: a canary share has its part of them, and no more.
  const actor = `visitor ${random.below(visitors)}`;
  return single(`nuisance: ${asking.what} ${asking.path}`, () => ({ ...asking, actor }));
}

/** These answers are as they should be; an error among them means that nothing was done. */
function expecting(...statuses: readonly number[]): NonNullable<Asking['judge']> {
  return (answer) =>
    statuses.includes(answer.status)
      ? { outcome: answer.status < 400 ? 'done' : 'refused', ok: true }
      : { ...judgeByStatus()(answer), ok: false };
}

function single(name: string, asking: () => Asking): TrafficAction {
  return { name, cost: 1, run: async (session: TrafficSession) => void (await session.ask(asking())) };
}
