// The JSON that Node-Learn sends and takes, as far as the scenarios look at it, and questions to create.

export interface Choice {
  readonly id: number;
  readonly questionId: number;
  readonly choiceText: string;
  readonly isGood?: boolean;
  readonly explanation: string | null;
}

export interface Question {
  readonly id: number;
  readonly questionType: string;
  readonly practical: boolean;
  readonly difficulty: string;
  readonly topic: string;
  readonly isActive: boolean;
  readonly choices: readonly Choice[];
  readonly keywordCount?: number;
}

export interface Badge {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly sprite_col: number;
  readonly sprite_row: number;
}

export interface BadgeState extends Badge {
  readonly unlocked: boolean;
  readonly unlocked_at?: string;
  readonly progress?: { readonly current: number; readonly total: number; readonly label: string };
}

export interface StatsAnswer {
  readonly overall: {
    readonly totalCorrect: number;
    readonly totalIncorrect: number;
    readonly totalAttempts: number;
    readonly overallAccuracy: string | number;
  };
  readonly questions: readonly {
    readonly question_id: number;
    readonly user_id: number;
    readonly correct_count: number;
    readonly incorrect_count: number;
    readonly total_attempts: number;
    readonly accuracy_percentage: string;
  }[];
}

export interface BoardRow {
  readonly quiz_mode_id: number | string;
  readonly position: number;
  readonly user_id: number;
  readonly correct_answers: number;
  readonly total_questions: number;
  readonly streak: number;
  readonly achieved_at: string;
  readonly username: string;
}

/** The body of every error that is not an HTTP error. */
export const internalError = { statusCode: 500, message: 'Internal server error' } as const;

const ground = { practical: false, difficulty: 'medium', topic: 'Acceptance', isActive: true };

function choices(good: number, wrong: number) {
  return Array.from({ length: good + wrong }, (_, index) => ({
    choiceText: `option ${index + 1}`,
    isGood: index < good,
    ...(index >= good && index % 2 === 0 && { explanation: `why option ${index + 1} is wrong` }),
  }));
}

export function singleChoice(fields: object = {}) {
  return {
    ...ground,
    questionType: 'single_choice',
    question: '<p>Which one?</p>',
    answer: '<p>The first.</p>',
    choices: choices(1, 7),
    ...fields,
  };
}

export function multipleChoice(fields: object = {}) {
  return {
    ...ground,
    questionType: 'multiple_choice',
    question: '<p>Which ones?</p>',
    answer: '<p>The first five.</p>',
    choices: choices(5, 5),
    ...fields,
  };
}

export function textInput(fields: object = {}) {
  return {
    ...ground,
    questionType: 'text_input',
    question: '<p>Name it.</p>',
    answer: '<p>So.</p>',
    matchKeywords: ['alpha', 'beta', 'gamma'],
    ...fields,
  };
}
