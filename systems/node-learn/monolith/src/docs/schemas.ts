/** Shapes of bodies. */

const integer = { type: 'number' };
const string = { type: 'string' };
const boolean = { type: 'boolean' };
const dateTime = { type: 'string', format: 'date-time' };
const difficulty = { type: 'string', enum: ['easy', 'medium', 'hard'] };
const questionType = { type: 'string', enum: ['single_choice', 'multiple_choice', 'text_input'] };

function object(properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)): object {
  return { type: 'object', properties, required };
}

function list(items: object): object {
  return { type: 'array', items };
}

const choice = { choiceText: string, isGood: boolean, explanation: string };

export const schemas = {
  Profile: object({ id: integer, email: string, name: string, picture: string, isAdmin: boolean }, ['id', 'email', 'name']),
  Question: object(
    {
      id: integer,
      questionType,
      question: string,
      quiz: string,
      difficulty,
      topic: string,
      isActive: boolean,
      choices: list(object({ id: integer, ...choice }, ['id', 'choiceText'])),
      createdAt: dateTime,
      updatedAt: dateTime,
    },
    ['id', 'questionType', 'question', 'difficulty', 'topic', 'isActive', 'createdAt', 'updatedAt'],
  ),
  Answer: object({ questionId: integer, answer: string, choices: list(object(choice)), matchKeywords: list(string) }),
  RecordAnswer: object({ userId: integer, questionId: integer, isCorrect: boolean }),
  UserStats: object({
    overall: object({ totalCorrect: integer, totalIncorrect: integer, totalAttempts: integer, overallAccuracy: string }),
    questions: list(object({ question_id: integer, correct_count: integer, incorrect_count: integer, accuracy_percentage: string })),
  }),
  Achievement: object({ id: integer, title: string, description: string, sprite_col: integer, sprite_row: integer, unlocked: boolean }, [
    'id',
    'title',
    'description',
  ]),
  QuizMode: object({ id: string, name: string, description: string, filters: { type: 'object' } }),
  PostRun: object({
    modeId: integer,
    userId: integer,
    correctAnswers: integer,
    totalQuestions: integer,
    streak: integer,
    username: string,
  }),
  BoardPlace: object({
    position: integer,
    user_id: integer,
    correct_answers: integer,
    total_questions: integer,
    streak: integer,
    username: string,
  }),
  CreateQuestion: object(
    {
      questionType,
      question: string,
      answer: string,
      quiz: string,
      matchKeywords: list(string),
      difficulty,
      topic: { type: 'string', maxLength: 100 },
      isActive: boolean,
      choices: list(object(choice, ['choiceText', 'isGood'])),
    },
    ['questionType', 'question', 'difficulty', 'topic'],
  ),
};
