/** The words people read for what the API names. */
import type { Question } from '../api/routes.ts';

export const typeLabels: Readonly<Record<Question['questionType'], string>> = {
  single_choice: 'Single choice',
  multiple_choice: 'Multiple choice',
  text_input: 'Text',
};

export const difficultyLabels: Readonly<Record<Question['difficulty'], string>> = { easy: 'Easy', medium: 'Medium', hard: 'Hard' };

/** "1 question", "2 questions". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "12 Mar 2026". */
export function dayOf(iso: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso));
}
