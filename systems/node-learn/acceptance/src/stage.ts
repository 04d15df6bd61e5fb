// What a scenario works with: learners, questions and boards of its own, made through the system's own doors and taken away again.
import { randomBytes } from 'node:crypto';
import {
  type AcceptanceTarget,
  checkEqual,
  checkThat,
  claimsOf,
  eventually,
  type HttpAnswer,
  isMoved,
  ScenarioFailure,
  signInThrough,
} from '@banyan/proof';
import { type Badge, type BoardRow, type Question, type StatsAnswer } from './bodies.ts';
import { type Claims } from './claims.ts';

export interface Learner {
  readonly id: number;
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly token: string;
}

/** Who acts; without a token as a visitor. */
export interface Actor {
  readonly id: number;
  readonly token?: string;
}

export interface PersonFields {
  readonly id?: string;
  readonly givenName?: string;
  readonly familyName?: string | null;
  readonly email?: string;
  readonly hasPhoto?: boolean;
  readonly consents?: boolean;
}

const startPath = '/api/auth/google';

/** Until what was written in one database is in the others, on a machine that does much else: what a scenario needs before it begins. */
const copiedWithinMs = 10_000;
/** Until nothing is under way any more that a learner has begun. */
const settledWithinMs = 30_000;

export class Stage {
  readonly target: AcceptanceTarget;
  readonly #undo: (() => Promise<void>)[] = [];

  constructor(target: AcceptanceTarget) {
    this.target = target;
  }

  get client() {
    return this.target.client;
  }

  /** Puts an invented person at Google; nobody has signed in yet. */
  async person(fields: PersonFields = {}) {
    const id = fields.id ?? `acceptance-${randomBytes(6).toString('hex')}`;
    const person = { givenName: 'Vera', familyName: `Test-${id.slice(-6)}`, email: `${id}@example.test`, ...fields, id };
    await this.target.google.put(person);
    this.#undo.push(() => this.#removeUser(id));
    return person;
  }

  /** The callback's answer, whatever it is. */
  signIn(personId: string): Promise<HttpAnswer> {
    return signInThrough(this.client, this.target.google, startPath, personId);
  }

  /** A person who signs in for the first time. */
  async learner(fields: PersonFields = {}): Promise<Learner> {
    return this.enter((await this.person(fields)).id);
  }

  learners(count: number): Promise<Learner[]> {
    return Promise.all(Array.from({ length: count }, () => this.learner()));
  }

  /** Signs a known person in and waits until every database that holds users knows them. */
  async enter(personId: string): Promise<Learner> {
    const answer = await this.signIn(personId);
    checkEqual(answer.status, 302, `sign-in of ${personId}: ${answer.text}`);
    const token = new URL(answer.headers['location'] ?? 'none:').searchParams.get('token') ?? '';
    const { sub = 0, email = '', name = '' } = claimsOf(token) as Claims;
    await this.settled(sub, name);
    return { id: sub, personId, email, name, token };
  }

  async settled(userId: number, name: string): Promise<void> {
    for (const database of this.target.control.databasesOf('users')) {
      await eventually(
        async () => {
          const rows = await this.target.control.sqlAt<{ name: string }>(database, 'select name from users where id = $1', [userId]);
          checkEqual(rows, [{ name }], `user ${userId} in database ${database}`);
        },
        { timeoutMs: copiedWithinMs },
      );
    }
  }

  /** An administrator, made by hand in the database as the product wants it; the same one for the whole run, and kept. */
  admin(): Promise<Learner> {
    let admin = admins.get(this.target);
    if (admin === undefined) admins.set(this.target, (admin = makeAdmin(new Stage(this.target))));
    return admin;
  }

  /** A question of this scenario alone, which every database that holds questions, or refs of them, knows. */
  async question(body: object): Promise<Question> {
    const { token } = await this.admin();
    const answer = await this.client.post('/api/admin/questions', body, { token });
    checkEqual(answer.status, 201, `create a question: ${answer.text}`);
    const question = answer.json() as Question;
    this.#undo.push(async () => {
      const removed = await this.client.request('DELETE', `/api/admin/questions/${question.id}`, { token });
      checkThat(
        removed.status === 200 || removed.status === (this.target.flags.has('admin.strictErrors') ? 404 : 500),
        `delete question ${question.id}, unless it is gone already`,
        removed.status,
      );
    });
    await this.#copied(question);
    return question;
  }

  /** A quiz mode of this scenario alone, with an empty board. */
  async mode(): Promise<number> {
    const id = await takeMode(this.target);
    this.#undo.push(async () => {
      await this.target.control.sql('leaderboards', 'delete from leaderboards where quiz_mode_id = $1', [id]);
    });
    return id;
  }

  /** Records as the learner and answers the badges it brought. @param traceId a UUID, the correlation id of all that follows */
  async record(learner: Learner, questionId: number, isCorrect: boolean, traceId?: string): Promise<Badge[]> {
    const headers = traceId === undefined ? {} : { 'x-trace-id': traceId };
    const answer = await this.client.post('/api/stats/record', { questionId, isCorrect }, { token: learner.token, headers });
    checkEqual(answer.status, 201, `record question ${questionId} for user ${learner.id}: ${answer.text}`);
    return (answer.json() as { awardedAchievements: Badge[] }).awardedAchievements;
  }

  async stats(userId: number, token?: string): Promise<StatsAnswer> {
    return (await this.ok(`/api/stats/user/${userId}`, token)) as StatsAnswer;
  }

  async wrongQuestions(userId: number, token?: string): Promise<number[]> {
    return ((await this.ok(`/api/stats/user/${userId}/wrong-questions`, token)) as { wrongQuestionIds: number[] }).wrongQuestionIds;
  }

  /** @param traceId a UUID, the correlation id of all that follows */
  async post(
    modeId: number,
    learner: Actor,
    result: readonly [correct: number, total: number, streak: number],
    traceId?: string,
  ): Promise<HttpAnswer> {
    const [correctAnswers, totalQuestions, streak] = result;
    const headers = traceId === undefined ? {} : { 'x-trace-id': traceId };
    const body = { modeId, userId: learner.id, correctAnswers, totalQuestions, streak, username: 'ignored' };
    return this.client.post('/api/leaderboard/update', body, { token: learner.token, headers });
  }

  /** @param reader who has posted last: whatever was posted before is seen then, whoever answers */
  async board(modeId: number, reader?: Actor): Promise<BoardRow[]> {
    return (await this.ok(`/api/leaderboard/mode/${modeId}`, reader?.token)) as BoardRow[];
  }

  /** The body of a GET that must answer 200. */
  async ok(path: string, token?: string): Promise<unknown> {
    const answer = await this.client.get(path, { token });
    checkEqual(answer.status, 200, `GET ${path}: ${answer.text.slice(0, 200)}`);
    return answer.json();
  }

  /** Takes away, last made first, what the scenario made. */
  async leave(): Promise<void> {
    for (const undo of this.#undo.toReversed()) await undo();
  }

  /** Resolves when every service that keeps refs of questions knows that there is this one, or that there is none. */
  async refsSettled(id: number, isThere: boolean): Promise<void> {
    for (const database of this.target.control.databasesOf('question_refs').filter((name) => name !== 'monolith')) {
      await eventually(
        async () => {
          const [row] = await this.target.control.sqlAt<{ refs: number }>(
            database,
            `select count(*)::int as refs from question_refs as ref where id = $1 and coalesce(to_jsonb(ref) ->> 'is_deleted', 'false') = 'false'`,
            [id],
          );
          checkEqual(row, { refs: isThere ? 1 : 0 }, `refs of question ${id} in database ${database}`);
        },
        { timeoutMs: copiedWithinMs },
      );
    }
  }

  /** Question and choices are written one after the other, so they also arrive one after the other. */
  async #copied({ id, choices }: Question): Promise<void> {
    await this.refsSettled(id, true);
    for (const database of this.target.control.databasesOf('questions')) {
      await eventually(
        async () => {
          const rows = await this.target.control.sqlAt<{ choices: number }>(
            database,
            'select (select count(*)::int from choices where question_id = q.id) as choices from questions q where id = $1',
            [id],
          );
          checkEqual(rows, [{ choices: choices.length }], `question ${id} in database ${database}`);
        },
        { timeoutMs: copiedWithinMs },
      );
    }
  }

  /** A badge that came late would belong to nobody. */
  async #answersSettled(userId: number): Promise<void> {
    if (!isMoved(this.target, 'user_question_stats')) return;
    await eventually(
      async () => {
        const [open] = await this.target.control.sql<{ sagas: number; unchecked: number }>(
          'user_question_stats',
          `select (select count(*)::int from banyan.sagas where state = 'running' and input ->> 'userId' = $1) as sagas,
             (select count(*)::int from unchecked_answers where user_id = $1::integer) as unchecked`,
          [String(userId)],
        );
        checkEqual(open, { sagas: 0, unchecked: 0 }, `answers of user ${userId} that are not settled`);
      },
      { timeoutMs: settledWithinMs },
    );
  }

  /** With what refers to the user in tables that others own: no route deletes users, so nobody tells those. */
  async #removeUser(personId: string): Promise<void> {
    const { control } = this.target;
    const users = await control.sql<{ id: number }>('users', 'select id from users where google_id = $1', [personId]);
    for (const { id } of users) {
      await this.#answersSettled(id);
      for (const table of ['user_question_stats', 'user_achievements', 'leaderboards'])
        await control.sql(table, `delete from ${table} where user_id = $1`, [id]);
      await control.sql('users', 'delete from users where id = $1', [id]);
    }
  }
}

const modesAtOnce = 8;
const freeModes = new WeakMap<AcceptanceTarget, Promise<number[]>>();

/**
 * Modes are made in the database, past the gateway, so many at once: whoever compares the lists of two sides meanwhile would find them different.
 * They go when the target is closed.
 */
async function takeMode(target: AcceptanceTarget): Promise<number> {
  for (;;) {
    const modes = freeModes.get(target) ?? makeModes(target);
    freeModes.set(target, modes);
    const free = await modes;
    const id = free.pop();
    if (id !== undefined) return id;
    if (freeModes.get(target) === modes) freeModes.delete(target);
  }
}

async function makeModes({ control, leftovers }: AcceptanceTarget): Promise<number[]> {
  const first = 1000 + randomBytes(3).readUIntBE(0, 3);
  const ids = Array.from({ length: modesAtOnce }, (_, index) => first + index);
  await control.sql(
    'quiz_modes',
    `insert into quiz_modes (id, name, description, filters) select unnest($1::integer[]), 'Acceptance', 'of one scenario', '{}'`,
    [ids],
  );
  leftovers.push(async () => void (await control.sql('quiz_modes', 'delete from quiz_modes where id = any($1)', [ids])));
  for (const database of control.databasesOf('quiz_modes'))
    await eventually(
      async () => {
        const rows = await control.sqlAt(database, 'select id from quiz_modes where id = any($1)', [ids]);
        checkEqual(rows.length, modesAtOnce, `modes in database ${database}`);
      },
      { timeoutMs: copiedWithinMs },
    );
  return [...ids]; // what is taken from it is still to be removed
}

const admins = new WeakMap<AcceptanceTarget, Promise<Learner>>();

async function makeAdmin(stage: Stage): Promise<Learner> {
  const { id } = await stage.person({ id: 'acceptance-admin', givenName: 'Acceptance', familyName: 'Admin' });
  const plain = await stage.enter(id);
  await stage.target.control.sql('users', 'update users set is_admin = true where id = $1', [plain.id]);
  const admin = await stage.enter(id);
  if ((claimsOf(admin.token) as Claims).isAdmin !== true)
    throw new ScenarioFailure('the token of a user who was made admin does not say so at the next sign-in');
  return admin;
}
