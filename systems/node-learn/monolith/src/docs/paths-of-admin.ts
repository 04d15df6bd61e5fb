/** Operations of administrators. */
import { answered, inPath, inQuery, listed, operation, said } from './operations.ts';

export const adminPaths = {
  '/api/admin/questions': {
    get: operation({
      tag: 'admin',
      summary: 'The whole bank with answers',
      parameters: [inQuery('search'), inQuery('difficulty'), inQuery('topic')],
      responses: { 200: listed('The questions', 'Question'), 401: said('Not an administrator') },
      secured: true,
    }),
    post: operation({
      tag: 'admin',
      summary: 'Create a question',
      body: 'CreateQuestion',
      responses: { 201: answered('The question', 'Question'), 400: said('Invalid input'), 401: said('Not an administrator') },
      secured: true,
    }),
  },
  '/api/admin/questions/{id}': {
    put: operation({
      tag: 'admin',
      summary: 'Change a question',
      parameters: [inPath('id')],
      body: 'CreateQuestion',
      responses: { 200: answered('The question', 'Question'), 400: said('Invalid input'), 404: said('Unknown id') },
      secured: true,
    }),
    delete: operation({
      tag: 'admin',
      summary: 'Delete a question',
      parameters: [inPath('id')],
      responses: { 200: said('Deleted'), 404: said('Unknown id') },
      secured: true,
    }),
  },
};
