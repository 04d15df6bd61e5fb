/** How many questions there are and how many a learner has got right, by the classes that badges count. */

/** Questions that badges cannot tell apart, with how many exist and how many the learner got right at least once. */
export interface QuestionGroup {
  readonly questionType: string;
  readonly difficulty: string;
  readonly practical: boolean;
  readonly existing: number;
  readonly right: number;
}

export type QuestionClass = (group: QuestionGroup) => boolean;

export const single: QuestionClass = ({ questionType }) => questionType === 'single_choice';
export const multiple: QuestionClass = ({ questionType }) => questionType === 'multiple_choice';
export const text: QuestionClass = ({ questionType }) => questionType === 'text_input';
export const easy: QuestionClass = ({ difficulty }) => difficulty === 'easy';
export const medium: QuestionClass = ({ difficulty }) => difficulty === 'medium';
export const hard: QuestionClass = ({ difficulty }) => difficulty === 'hard';
export const practical: QuestionClass = (group) => group.practical;
export const theoretical: QuestionClass = (group) => !group.practical;

/** Different questions of the class that were right at least once. */
export function countRight(groups: readonly QuestionGroup[], questions: QuestionClass): number {
  return groups.filter(questions).reduce((sum, { right }) => sum + right, 0);
}

/** All questions of the class, the inactive ones too. */
export function countExisting(groups: readonly QuestionGroup[], questions: QuestionClass): number {
  return groups.filter(questions).reduce((sum, { existing }) => sum + existing, 0);
}
