/** How the bank's questions are written down: one function per question type. */

export type QuestionType = 'single_choice' | 'multiple_choice' | 'text_input';
export type Difficulty = 'easy' | 'medium' | 'hard';

export interface BankQuestion {
  readonly type: QuestionType;
  readonly difficulty: Difficulty;
  readonly topic: string;
  /** About a piece of code. */
  readonly practical: boolean;
  readonly isActive: boolean;
  /** HTML. */
  readonly question: string;
  /** The wording shown in quizzes instead of the question. */
  readonly quiz: string | null;
  /** HTML. */
  readonly answer: string;
  readonly keywords: readonly string[] | null;
  readonly choices: readonly BankChoice[];
}

export interface BankChoice {
  readonly text: string;
  readonly isGood: boolean;
  /** Only wrong choices have one. */
  readonly explanation: string | null;
}

type UntitledQuestion = Omit<BankQuestion, 'topic'>;
type Wrong = string | readonly [text: string, explanation: string];

interface Wording {
  readonly question: string;
  readonly answer: string;
  readonly quiz?: string;
  readonly practical?: true;
  readonly inactive?: true;
}

export function topic(name: string, questions: readonly UntitledQuestion[]): BankQuestion[] {
  return questions.map((question) => ({ ...question, topic: name }));
}

export function singleChoice(difficulty: Difficulty, wording: Wording & { right: string; wrong: readonly Wrong[] }): UntitledQuestion {
  return write('single_choice', difficulty, wording, null, [toGood(wording.right), ...wording.wrong.map(toWrong)]);
}

export function multipleChoice(
  difficulty: Difficulty,
  wording: Wording & { right: readonly string[]; wrong: readonly Wrong[] },
): UntitledQuestion {
  return write('multiple_choice', difficulty, wording, null, [...wording.right.map(toGood), ...wording.wrong.map(toWrong)]);
}

export function textInput(difficulty: Difficulty, wording: Wording & { keywords: readonly string[] }): UntitledQuestion {
  return write('text_input', difficulty, wording, wording.keywords, []);
}

/** A listing, escaped for HTML. */
export function listing(source: string): string {
  const escaped = source.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<pre><code>${escaped}</code></pre>`;
}

function write(
  type: QuestionType,
  difficulty: Difficulty,
  { question, answer, quiz, practical, inactive }: Wording,
  keywords: readonly string[] | null,
  choices: readonly BankChoice[],
): UntitledQuestion {
  return { type, difficulty, practical: practical ?? false, isActive: !inactive, question, quiz: quiz ?? null, answer, keywords, choices };
}

function toGood(text: string): BankChoice {
  return { text, isGood: true, explanation: null };
}

function toWrong(wrong: Wrong): BankChoice {
  const [text, explanation] = typeof wrong === 'string' ? [wrong, null] : wrong;
  return { text, isGood: false, explanation };
}
