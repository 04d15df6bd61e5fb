/** When each of the 21 badges is earned, and how far a learner has come towards it. */
import type { LearnerCounts, QuestionClass } from './learner-counts.ts';

export interface BadgeProgress {
  readonly current: number;
  readonly total: number;
  readonly label: string;
}

/** The situation in which a badge may be earned. */
export interface BadgeCheck {
  readonly counts: LearnerCounts;
  readonly questionId: unknown;
  readonly isCorrect: unknown;
  /** Badges the learner owns, those earned in this very check included. */
  readonly owned: ReadonlySet<number>;
}

/** What progress is measured against. */
interface BadgeStanding {
  readonly counts: LearnerCounts;
  readonly owned: ReadonlySet<number>;
  readonly definitions: number;
}

export interface BadgeRule {
  readonly isEarned: (check: BadgeCheck) => Promise<boolean>;
  readonly progress: (standing: BadgeStanding) => Promise<BadgeProgress>;
}

const single: QuestionClass = { column: 'question_type', value: 'single_choice' };
const multiple: QuestionClass = { column: 'question_type', value: 'multiple_choice' };
const text: QuestionClass = { column: 'question_type', value: 'text_input' };
const easy: QuestionClass = { column: 'difficulty', value: 'easy' };
const medium: QuestionClass = { column: 'difficulty', value: 'medium' };
const hard: QuestionClass = { column: 'difficulty', value: 'hard' };
const practical: QuestionClass = { column: 'practical', value: true };
const theoretical: QuestionClass = { column: 'practical', value: false };

const masteryBadges = [4, 10, 15, 16, 20];
const masteriesOfNinja = 3;

/** By badge id, in the order in which they are checked. */
export const badgeRules: ReadonlyMap<number, BadgeRule> = new Map([
  [1, different(single, 1, 'single choice')],
  [2, different(multiple, 1, 'multiple choice')],
  [3, different(text, 1, 'text input')],
  [4, all(easy, 'easy questions')],
  [5, redemption()],
  [6, different(single, 10, 'single choice')],
  [7, different(multiple, 10, 'multiple choice', 25)],
  [8, different(text, 10, 'text input')],
  [9, answers(10, 100)],
  [10, all(medium, 'medium questions')],
  [11, different(single, 25, 'single choice')],
  [12, different(multiple, 25, 'multiple choice', 50)],
  [13, different(text, 25, 'text input', 50)],
  [14, answers(100, 100)],
  [15, all(practical, 'practical questions')],
  [16, all(theoretical, 'theoretical questions')],
  [17, all(single, 'single choice')],
  [18, all(multiple, 'multiple choice')],
  [19, all(text, 'text input')],
  [20, all(hard, 'hard questions')],
  [50, ninja()],
]);

/** So many different questions of a class right. */
function different(questions: QuestionClass, needed: number, noun: string, shownTotal = needed): BadgeRule {
  return {
    isEarned: async ({ counts }) => (await counts.right(questions)) >= needed,
    progress: async ({ counts }) => capped(await counts.right(questions), shownTotal, noun),
  };
}

/** Every question of a class right. */
function all(questions: QuestionClass, noun: string): BadgeRule {
  return {
    isEarned: async ({ counts }) => {
      const total = await counts.existing(questions);
      return total > 0 && (await counts.right(questions)) === total;
    },
    progress: async ({ counts }) => {
      const current = await counts.right(questions);
      const total = await counts.existing(questions);
      return { current, total, label: `${current} / ${total} ${noun}` };
    },
  };
}

/** So many right answers, repeats included. */
function answers(needed: number, shownTotal: number): BadgeRule {
  return {
    isEarned: async ({ counts }) => (await counts.rightAnswers()) >= needed,
    progress: async ({ counts }) => capped(await counts.rightAnswers(), shownTotal, 'correct answers'),
  };
}

/** Right now what was wrong before. */
function redemption(): BadgeRule {
  return {
    isEarned: async ({ counts, questionId, isCorrect }) => Boolean(isCorrect) && (await counts.wrongAnswersTo(questionId)) > 0,
    progress: async () => ({ current: 0, total: 1, label: 'Answer a previously incorrect question' }),
  };
}

function ninja(): BadgeRule {
  return {
    isEarned: async ({ owned }) => masteryBadges.filter((id) => owned.has(id)).length >= masteriesOfNinja,
    progress: async ({ owned, definitions }) => capped(owned.size, definitions - 1, 'achievements'),
  };
}

function capped(count: number, total: number, noun: string): BadgeProgress {
  return { current: Math.min(count, total), total, label: `${count} / ${total} ${noun}` };
}
