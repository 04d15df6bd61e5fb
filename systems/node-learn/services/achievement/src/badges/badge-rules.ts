/** When each of the 21 badges is earned, and how far a learner has come towards it. */
import {
  countExisting,
  countRight,
  easy,
  hard,
  medium,
  multiple,
  practical,
  type QuestionClass,
  type QuestionGroup,
  single,
  text,
  theoretical,
} from './question-counts.ts';

export interface BadgeProgress {
  readonly current: number;
  readonly total: number;
  readonly label: string;
}

/** Where a learner stands. */
export interface Standing {
  readonly groups: readonly QuestionGroup[];
  /** Right answers in all, repeats included. */
  readonly rightAnswers: number;
  /** Wrong ones to the question that has just been answered. */
  readonly wrongAnswers: number;
  readonly owned: ReadonlySet<number>;
}

/** The situation in which a badge may be earned: `owned` includes those of this very check. */
export interface BadgeCheck extends Standing {
  readonly isCorrect: boolean;
}

export interface ProgressOptions {
  readonly definitions: number;
  /** Totals are what the condition needs; without it some are what the monolith shows. */
  readonly trueTotals: boolean;
}

export interface BadgeRule {
  readonly isEarned: (check: BadgeCheck) => boolean;
  readonly progress: (standing: Standing, options: ProgressOptions) => BadgeProgress;
}

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
  [14, answers(100)],
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
    isEarned: ({ groups }) => countRight(groups, questions) >= needed,
    progress: ({ groups }, { trueTotals }) => capped(countRight(groups, questions), trueTotals ? needed : shownTotal, noun),
  };
}

/** Every question of a class right. */
function all(questions: QuestionClass, noun: string): BadgeRule {
  return {
    isEarned: ({ groups }) => {
      const total = countExisting(groups, questions);
      return total > 0 && countRight(groups, questions) === total;
    },
    progress: ({ groups }) => capped(countRight(groups, questions), countExisting(groups, questions), noun),
  };
}

/** So many right answers, repeats included. */
function answers(needed: number, shownTotal = needed): BadgeRule {
  return {
    isEarned: ({ rightAnswers }) => rightAnswers >= needed,
    progress: ({ rightAnswers }, { trueTotals }) => capped(rightAnswers, trueTotals ? needed : shownTotal, 'correct answers'),
  };
}

/** Right now what was wrong before. */
function redemption(): BadgeRule {
  return {
    isEarned: ({ isCorrect, wrongAnswers }) => isCorrect && wrongAnswers > 0,
    progress: () => ({ current: 0, total: 1, label: 'Answer a previously incorrect question' }),
  };
}

function ninja(): BadgeRule {
  return {
    isEarned: ({ owned }) => masteryBadges.filter((id) => owned.has(id)).length >= masteriesOfNinja,
    progress: ({ owned }, { definitions }) => capped(owned.size, definitions - 1, 'achievements'),
  };
}

function capped(count: number, total: number, noun: string): BadgeProgress {
  return { current: Math.min(count, total), total, label: `${count} / ${total} ${noun}` };
}
