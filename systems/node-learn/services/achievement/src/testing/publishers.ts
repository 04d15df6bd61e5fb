/** Quiz, question, auth and maintenance as far as a test of achievement needs them: they publish what it reads, and remember what they told. */
import type { BusDriver } from '@banyan/bus';
import { EventTeller } from '@banyan/bus/event-teller';
import type { EventContract, EventData, EventEnvelope } from '@banyan/contract';
import type { SnapshotPage } from '@banyan/service';
import {
  type AnswersOfUser,
  answerRolledBack,
  answerSubmitted,
  events as catalogue,
  questionCreated,
  questionDeleted,
  userCreated,
  userDeleted,
  userStatsReset,
} from '@node-learn/contracts';
import type { Shown } from './replica.ts';

export interface AskedQuestion {
  readonly questionId: number;
  readonly questionType?: 'single_choice' | 'multiple_choice' | 'text_input';
  readonly difficulty?: 'easy' | 'medium' | 'hard';
  readonly practical?: boolean;
}

export interface GivenAnswer {
  readonly userId: number;
  readonly question: AskedQuestion;
  readonly isCorrect: boolean;
}

type Submitted = EventData<typeof answerSubmitted>;
type Envelope<Contract extends EventContract = EventContract> = EventEnvelope<EventData<Contract>>;

const time = '2026-02-03T04:05:06.007Z';

export class Publishers {
  readonly #teller: EventTeller;
  readonly #counts = new Map<string, { correctCount: number; incorrectCount: number }>();
  readonly #epochs = new Map<number, string>();
  readonly #questions = new Map<number, AskedQuestion>();
  readonly #users = new Set<number>();
  #statVersion = 0;

  /** Everything is published to each of the drivers. */
  constructor(...drivers: readonly Pick<BusDriver, 'publish'>[]) {
    this.#teller = new EventTeller({ drivers, catalogue, sourcePrefix: '/node-learn/' });
  }

  /** Counts an answer as quiz does. `change` tells something else than what was counted. */
  async answer({ userId, question, isCorrect }: GivenAnswer, change: Partial<Submitted> = {}): Promise<Envelope<typeof answerSubmitted>> {
    const key = `${userId} ${question.questionId}`;
    const { correctCount, incorrectCount } = this.#counts.get(key) ?? { correctCount: 0, incorrectCount: 0 };
    const counts = { correctCount: correctCount + (isCorrect ? 1 : 0), incorrectCount: incorrectCount + (isCorrect ? 0 : 1) };
    this.#counts.set(key, counts);
    return this.publish(answerSubmitted, {
      userId: String(userId),
      questionId: String(question.questionId),
      isCorrect,
      streak: null,
      quizModeId: null,
      timestamp: time,
      ...counts,
      statVersion: this.nextVersion(),
      statsEpoch: this.#epochs.get(userId) ?? null,
      ...classesOf(question),
      ...change,
    });
  }

  /** Takes the last answer back as the undo of quiz does. */
  async rollBack(answer: Envelope<typeof answerSubmitted>): Promise<void> {
    const { userId, questionId, isCorrect, correctCount, incorrectCount, statsEpoch } = answer.data;
    const counts = { correctCount: correctCount - (isCorrect ? 1 : 0), incorrectCount: incorrectCount - (isCorrect ? 0 : 1) };
    this.#counts.set(`${userId} ${questionId}`, counts);
    const rest = { userId, questionId, answerEventId: answer.id, statVersion: this.nextVersion(), statsEpoch, reason: 'check failed' };
    await this.publish(answerRolledBack, { ...rest, ...counts });
  }

  async createQuestion(question: AskedQuestion, isActive = true): Promise<void> {
    this.#questions.set(question.questionId, question);
    const texts = { topic: 'Tests', question: '<p>Why?</p>', quiz: null, createdAt: time, updatedAt: time };
    const questionId = String(question.questionId);
    await this.publish(questionCreated, { questionId, ...classesOf(question), ...texts, isActive, choiceCount: 8, keywordCount: 0 });
  }

  async deleteQuestion(questionId: number): Promise<void> {
    this.#questions.delete(questionId);
    for (const key of this.#counts.keys()) if (key.endsWith(` ${questionId}`)) this.#counts.delete(key);
    await this.publish(questionDeleted, { questionId: String(questionId), deletedAt: time });
  }

  async createUser(userId: number): Promise<void> {
    this.#users.add(userId);
    const person = { email: `${userId}@example.test`, name: 'A learner', picture: null, isAdmin: false };
    await this.publish(userCreated, { userId: String(userId), ...person, createdAt: time });
  }

  async deleteUser(userId: number): Promise<void> {
    this.#users.delete(userId);
    this.#forgetAnswersOf(userId);
    await this.publish(userDeleted, { userId: String(userId), deletedAt: time });
  }

  /** What maintenance says. Quiz applies it at a time of its own: applyReset(). */
  async reset(userId: number, scheduledFor: string): Promise<void> {
    await this.publish(userStatsReset, { userId: String(userId), scheduledFor, resetAt: time, reason: 'nightly-guest-reset' });
  }

  applyReset(userId: number, scheduledFor: string): void {
    this.#epochs.set(userId, scheduledFor);
    this.#forgetAnswersOf(userId);
  }

  #forgetAnswersOf(userId: number): void {
    for (const key of this.#counts.keys()) if (key.startsWith(`${userId} `)) this.#counts.delete(key);
  }

  /** What they show on their internal ports, two keys to a page. */
  readonly shown: Shown = {
    readAnswers: async (after) => this.#page('quiz', after, this.#answersByUser()),
    readQuestions: async (after) =>
      this.#page(
        'question',
        after,
        [...this.#questions].map(([id, it]) => [String(id), classesOf(it)]),
      ),
    readUsers: async (after) =>
      this.#page(
        'auth',
        after,
        [...this.#users].map((id) => [String(id), {}]),
      ),
  };

  #answersByUser(): [key: string, data: AnswersOfUser][] {
    const counted = [...this.#counts].filter(([, { correctCount, incorrectCount }]) => correctCount + incorrectCount > 0);
    const byUser = Map.groupBy(counted, ([key]) => key.split(' ')[0]!);
    return [...byUser].map(([userId, answers]) => {
      const ofUser = answers.map(([key, counts]) => ({ questionId: key.split(' ')[1]!, ...counts }));
      ofUser.sort((a, b) => Number(a.questionId) - Number(b.questionId));
      return [userId, { statsEpoch: this.#epochs.get(Number(userId)) ?? null, answers: ofUser }];
    });
  }

  #page(publisher: string, after: string, all: readonly (readonly [key: string, data: unknown])[]): SnapshotPage {
    const later = all.filter(([key]) => key > after).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const sequenceOf = (key: string) => this.#teller.sequenceOf(`/node-learn/${publisher}`, key);
    const entries = later.slice(0, 2).map(([key, data]) => ({ key, sequence: sequenceOf(key), data }));
    return later.length > 2 ? { entries, next: entries[1]!.key } : { entries };
  }

  nextVersion(): number {
    this.#statVersion += 1;
    return this.#statVersion;
  }

  publish<Contract extends EventContract>(contract: Contract, data: EventData<Contract>): Promise<Envelope<Contract>> {
    return this.#teller.publish(contract, data);
  }

  /** Publishes an event that was published before. */
  again(envelope: EventEnvelope): Promise<void> {
    return this.#teller.again(envelope);
  }
}

function classesOf({ questionType = 'single_choice', difficulty = 'easy', practical = false }: AskedQuestion) {
  return { questionType, difficulty, practical };
}
