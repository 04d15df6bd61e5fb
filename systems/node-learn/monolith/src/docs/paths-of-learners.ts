/** Operations of visitors and learners. */
import { answered, inPath, inQuery, listed, operation, said } from './operations.ts';

const difficulties = ['easy', 'medium', 'hard'];
const questionTypes = ['single_choice', 'multiple_choice', 'text_input'];

export const learnerPaths = {
  '/api': { get: operation({ tag: 'app', summary: 'Greeting', responses: { 200: said('Hello World!') } }) },
  '/api/auth/google': {
    get: operation({ tag: 'auth', summary: 'Start the sign-in with Google', responses: { 302: said('Redirect to Google') } }),
  },
  '/api/auth/google/callback': {
    get: operation({ tag: 'auth', summary: 'Google comes back here', responses: { 302: said('Redirect to the front end') } }),
  },
  '/api/auth/profile': {
    get: operation({
      tag: 'auth',
      summary: 'The signed-in user',
      responses: { 200: answered('The user', 'Profile'), 401: said('Not signed in') },
      secured: true,
    }),
  },
  '/api/questions': {
    get: operation({
      tag: 'questions',
      summary: 'Active questions',
      parameters: [
        inQuery('search'),
        inQuery('difficulty', difficulties),
        inQuery('questionType', questionTypes),
        inQuery('topic'),
        inQuery('practical', ['true', 'false']),
      ],
      responses: { 200: listed('The questions', 'Question'), 400: said('Invalid filter') },
    }),
  },
  '/api/questions/random': {
    get: operation({
      tag: 'questions',
      summary: 'Any active question',
      responses: { 200: answered('A question', 'Question'), 404: said('There is none') },
    }),
  },
  '/api/questions/{id}': {
    get: operation({
      tag: 'questions',
      summary: 'One question',
      parameters: [inPath('id')],
      responses: { 200: answered('The question', 'Question'), 400: said('Invalid id'), 404: said('Unknown id') },
    }),
  },
  '/api/answers/{questionId}': {
    get: operation({
      tag: 'answers',
      summary: 'The right answer of a question',
      parameters: [inPath('questionId')],
      responses: { 200: answered('The answer', 'Answer'), 404: said('Unknown question') },
    }),
  },
  '/api/stats/record': {
    post: operation({
      tag: 'stats',
      summary: 'Record an answer',
      body: 'RecordAnswer',
      responses: { 201: said('Recorded'), 400: said('Invalid input'), 404: said('Unknown user or question') },
    }),
  },
  '/api/stats/user/{userId}': {
    get: operation({
      tag: 'stats',
      summary: 'Results of a user',
      parameters: [inPath('userId')],
      responses: { 200: answered('The results', 'UserStats'), 404: said('Unknown user') },
    }),
  },
  '/api/achievements': {
    get: operation({ tag: 'achievements', summary: 'All badges', responses: { 200: listed('The badges', 'Achievement') } }),
  },
  '/api/achievements/user/{userId}': {
    get: operation({
      tag: 'achievements',
      summary: 'All badges with the progress of a user',
      parameters: [inPath('userId')],
      responses: { 200: listed('The badges', 'Achievement'), 404: said('Unknown user') },
    }),
  },
  '/api/quiz/modes': {
    get: operation({ tag: 'quiz', summary: 'Ways to play', responses: { 200: listed('The modes', 'QuizMode') } }),
  },
  '/api/leaderboard/update': {
    post: operation({
      tag: 'leaderboard',
      summary: 'Post a run',
      body: 'PostRun',
      responses: { 201: said('Posted'), 400: said('Invalid input') },
    }),
  },
  '/api/leaderboard/mode/{modeId}': {
    get: operation({
      tag: 'leaderboard',
      summary: 'The best six of a mode',
      parameters: [inPath('modeId')],
      responses: { 200: listed('The places', 'BoardPlace'), 404: said('Unknown mode') },
    }),
  },
};
