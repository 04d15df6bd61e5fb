/** What tests and traffic use and Google does not have: who exists, adding people, renaming them. */
import type { FastifyInstance } from 'fastify';
import { StandinsError } from '../errors.ts';
import type { Directory } from './directory.ts';
import { readFields, readPerson } from './person-input.ts';

export function addControlRoutes(server: FastifyInstance, directory: Directory): void {
  server.get('/control/people', () => directory.list());
  server.post('/control/people', (request, reply) => {
    const person = readPerson(directory.freshId(), request.body);
    directory.put(person);
    return reply.code(201).send(person);
  });
  server.put('/control/people', (request) => {
    if (!Array.isArray(request.body)) throw new StandinsError('STANDINS_PERSON_INVALID', 'The body is not a JSON array of people.');
    const people = request.body.map((entry: unknown) => readPerson(idOf(entry), entry));
    for (const person of people) directory.put(person);
    return { people: people.length };
  });
  server.put<{ Params: { id: string } }>('/control/people/:id', (request) => {
    const person = readPerson(request.params.id, request.body);
    directory.put(person);
    return person;
  });
  server.patch<{ Params: { id: string } }>('/control/people/:id', (request) =>
    directory.change(request.params.id, readFields(request.body)),
  );
  server.get<{ Params: { id: string } }>('/control/people/:id', (request) => directory.change(request.params.id, {}));
}

function idOf(entry: unknown): string {
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined;
  return typeof id === 'string' ? id : '';
}
