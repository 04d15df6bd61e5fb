// What a scenario works with: learners, questions and boards of its own, made through the system's own doors and taken away again.
import { randomBytes } from 'node:crypto';
import { type AcceptanceTarget, checkEqual, checkThat, eventually, type HttpAnswer, ScenarioFailure, signInThrough } from '@banyan/proof';
import { type Badge, type BoardRow, type Question, type StatsAnswer } from './bodies.ts';
import { claimsOf } from './tokens.ts';

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
    const { sub = 0, email = '', name = '' } = claimsOf(token);
    await this.settled(sub, name);
    return { id: sub, personId, email, name, token };
  }

  async settled(userId: number, name: string): Promise<void> {
    for (const database of this.target.control.databasesOf('users')) {
      await eventually(async () => {
        const rows = await this.target.control.sqlAt<{ name: string }>(database, 'select name from users where id = $1', [userId]);
        checkEqual(rows, [{ name }], `user ${userId} in database ${database}`);
      });
    }
  }

  /** An administrator, made by hand in the database as the product wants it; the same one for the whole run, and kept. */
  admin(): Promise<Learner> {
    let admin = admins.get(this.target);
    if (admin === undefined) admins.set(this.target, (admin = makeAdmin(new Stage(this.target))));
    return admin;
  }

  async question(body: object): Promise<Question> {
    const { token } = await this.admin();
    const answer = await this.client.post('/api/admin/questions', body, { token });
    checkEqual(answer.status, 201, `create a question: ${answer.text}`);
    const question = answer.json() as Question;
    this.#undo.push(async () => {
      const removed = await this.client.request('DELETE', `/api/admin/questions/${question.id}`, { token });
      checkThat(
        removed.status === 200 || removed.status === 500,
        `delete question ${question.id} (500: it is gone already)`,
        removed.status,
      );
    });
    return question;
  }

  /** A quiz mode of this scenario alone, with an empty board. */
  async mode(): Promise<number> {
    const id = 1000 + randomBytes(3).readUIntBE(0, 3);
    const { control } = this.target;
    await control.sql(
      'quiz_modes',
      `insert into quiz_modes (id, name, description, filters) values ($1, 'Acceptance', 'of one scenario', '{}')`,
      [id],
    );
    this.#undo.push(async () => {
      await control.sql('leaderboards', 'delete from leaderboards where quiz_mode_id = $1', [id]);
      await control.sql('quiz_modes', 'delete from quiz_modes where id = $1', [id]);
    });
    return id;
  }

  /** Records as the learner and answers the badges it brought. */
  async record(learner: Learner, questionId: number, isCorrect: boolean): Promise<Badge[]> {
    const answer = await this.client.post('/api/stats/record', { questionId, isCorrect }, { token: learner.token });
    checkEqual(answer.status, 201, `record question ${questionId} for user ${learner.id}: ${answer.text}`);
    return (answer.json() as { awardedAchievements: Badge[] }).awardedAchievements;
  }

  async stats(userId: number, token?: string): Promise<StatsAnswer> {
    return (await this.ok(`/api/stats/user/${userId}`, token)) as StatsAnswer;
  }

  async wrongQuestions(userId: number, token?: string): Promise<number[]> {
    return ((await this.ok(`/api/stats/user/${userId}/wrong-questions`, token)) as { wrongQuestionIds: number[] }).wrongQuestionIds;
  }

  async post(modeId: number, learner: Actor, result: readonly [correct: number, total: number, streak: number]): Promise<HttpAnswer> {
    const [correctAnswers, totalQuestions, streak] = result;
    const body = { modeId, userId: learner.id, correctAnswers, totalQuestions, streak, username: 'ignored' };
    return this.client.post('/api/leaderboard/update', body, { token: learner.token });
  }

  async board(modeId: number): Promise<BoardRow[]> {
    return (await this.ok(`/api/leaderboard/mode/${modeId}`)) as BoardRow[];
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

  async #removeUser(personId: string): Promise<void> {
    await this.target.control.sql('users', 'delete from users where google_id = $1', [personId]);
  }
}

const admins = new WeakMap<AcceptanceTarget, Promise<Learner>>();

async function makeAdmin(stage: Stage): Promise<Learner> {
  const { id } = await stage.person({ id: 'acceptance-admin', givenName: 'Acceptance', familyName: 'Admin' });
  const plain = await stage.enter(id);
  await stage.target.control.sql('users', 'update users set is_admin = true where id = $1', [plain.id]);
  const admin = await stage.enter(id);
  if (claimsOf(admin.token).isAdmin !== true)
    throw new ScenarioFailure('the token of a user who was made admin does not say so at the next sign-in');
  return admin;
}
