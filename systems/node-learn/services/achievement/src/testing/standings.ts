/** Learners for tests of the rules, without a database. */
import type { BadgeCheck } from '../badges/badge-rules.ts';
import { findEarnedBadges } from '../badges/earned-badges.ts';

export interface TestQuestion {
  readonly questionType: string;
  readonly difficulty: string;
  readonly practical: boolean;
}

export function question(change: Partial<TestQuestion> = {}): TestQuestion {
  return { questionType: 'single_choice', difficulty: 'easy', practical: false, ...change };
}

/** Somebody who has answered some of the questions, each so many times right. */
export function standing(answers: ReadonlyMap<TestQuestion, number>, bank: readonly TestQuestion[] = [...answers.keys()]): BadgeCheck {
  const groups = bank.map((it) => ({ ...it, existing: 1, right: (answers.get(it) ?? 0) > 0 ? 1 : 0 }));
  const rightAnswers = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return { groups, rightAnswers, wrongAnswers: 0, owned: new Set(), isCorrect: true };
}

/** Answers one question after another, as a learner does who keeps every badge. */
export class Learner {
  readonly owned = new Set<number>();
  readonly #right = new Map<TestQuestion, number>();
  readonly #wrong = new Map<TestQuestion, number>();
  readonly #bank: readonly TestQuestion[];

  constructor(bank: readonly TestQuestion[]) {
    this.#bank = bank;
  }

  answerWrong(it: TestQuestion): void {
    this.#wrong.set(it, (this.#wrong.get(it) ?? 0) + 1);
  }

  /** The badges of each right answer that brought some, by its number from 1. */
  answerRight(questions: readonly TestQuestion[]): Record<number, number[]> {
    const awarded: Record<number, number[]> = {};
    for (const [index, it] of questions.entries()) {
      this.#right.set(it, (this.#right.get(it) ?? 0) + 1);
      const wrongAnswers = this.#wrong.get(it) ?? 0;
      const earned = findEarnedBadges({ ...standing(this.#right, this.#bank), owned: this.owned, wrongAnswers });
      for (const id of earned) this.owned.add(id);
      if (earned.length > 0) awarded[index + 1] = earned;
    }
    return awarded;
  }
}
