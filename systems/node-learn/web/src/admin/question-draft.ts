/** A question while it is edited: texts as typed, until it is saved. */
import type { AdminQuestion } from '../api/routes.ts';

export interface ChoiceDraft {
  /** Tells rows apart on the page; the server gives ids of its own. */
  readonly key: string;
  readonly choiceText: string;
  readonly isGood: boolean;
  readonly explanation: string;
}

export interface QuestionDraft extends Pick<
  AdminQuestion,
  'questionType' | 'difficulty' | 'practical' | 'topic' | 'question' | 'isActive'
> {
  readonly quiz: string;
  readonly answer: string;
  /** One per line. */
  readonly keywords: string;
  readonly choices: readonly ChoiceDraft[];
}

export function emptyChoice(key: string): ChoiceDraft {
  return { key, choiceText: '', isGood: false, explanation: '' };
}

export const emptyDraft: QuestionDraft = {
  questionType: 'single_choice',
  difficulty: 'easy',
  practical: false,
  topic: '',
  question: '',
  isActive: true,
  quiz: '',
  answer: '',
  keywords: '',
  choices: ['a', 'b', 'c', 'd'].map(emptyChoice),
};

export function draftOf(question: AdminQuestion): QuestionDraft {
  const { questionType, difficulty, practical, topic, isActive, quiz, answer, matchKeywords, choices } = question;
  return {
    questionType,
    difficulty,
    practical,
    topic,
    question: question.question,
    isActive,
    quiz: quiz ?? '',
    answer: answer ?? '',
    keywords: (matchKeywords ?? []).join('\n'),
    choices: choices.map(({ id, choiceText, isGood, explanation }) => ({
      key: String(id),
      choiceText,
      isGood,
      explanation: explanation ?? '',
    })),
  };
}

/**
 * What is sent: always the whole question, because saving replaces all its choices, and never an id of a choice, because the server would take one
 * of another question away from it. A text question keeps no choices, a choice question no keywords.
 */
export function bodyOf(draft: QuestionDraft) {
  const { keywords, choices, quiz, answer, ...rest } = draft;
  const isText = draft.questionType === 'text_input';
  return {
    ...rest,
    topic: draft.topic.trim(),
    quiz: quiz.trim() === '' ? null : quiz,
    answer: answer.trim() === '' ? null : answer,
    matchKeywords: isText ? linesOf(keywords) : null,
    choices: isText
      ? []
      : filled(choices).map(({ choiceText, isGood, explanation }) => ({
          choiceText,
          isGood,
          explanation: explanation.trim() === '' ? null : explanation,
        })),
  };
}

/** What stands in the way of saving, one sentence each; the server checks nothing of it. */
export function problemsOf(draft: QuestionDraft): string[] {
  const problems: string[] = [];
  if (draft.topic.trim() === '') problems.push('The topic is missing.');
  if (draft.question.trim() === '') problems.push('The question itself is missing.');
  if (draft.questionType === 'text_input') {
    if (linesOf(draft.keywords).length === 0) problems.push('A text question needs at least one expected word.');
    return problems;
  }
  const choices = filled(draft.choices);
  const good = choices.filter(({ isGood }) => isGood).length;
  if (choices.length < 2) problems.push('A choice question needs at least two choices.');
  if (draft.questionType === 'single_choice' && good !== 1) problems.push(`Exactly one choice must be right; ${good} are.`);
  if (draft.questionType === 'multiple_choice' && good === 0) problems.push('At least one choice must be right.');
  return problems;
}

function filled(choices: readonly ChoiceDraft[]): ChoiceDraft[] {
  return choices.filter(({ choiceText }) => choiceText.trim() !== '');
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
