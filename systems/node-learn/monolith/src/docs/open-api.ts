/** The description of the API, kept by hand. */
import { adminPaths } from './paths-of-admin.ts';
import { learnerPaths } from './paths-of-learners.ts';
import { schemas } from './schemas.ts';

export const openApi = {
  openapi: '3.0.0',
  paths: { ...learnerPaths, ...adminPaths },
  info: {
    title: 'Node.js Interview Questions API',
    description: 'Questions about Node.js, with answers, quizzes, badges and boards.',
    version: '1.0',
    contact: {},
  },
  tags: [
    { name: 'auth', description: 'Sign-in with Google' },
    { name: 'questions', description: 'The question bank' },
    { name: 'answers', description: 'Right answers' },
    { name: 'stats', description: 'Results of users' },
    { name: 'achievements', description: 'Badges' },
    { name: 'quiz', description: 'Quiz modes' },
    { name: 'leaderboard', description: 'Boards' },
    { name: 'admin', description: 'Administration' },
  ],
  servers: [],
  components: {
    securitySchemes: { bearer: { scheme: 'bearer', bearerFormat: 'JWT', type: 'http' } },
    schemas,
  },
};
