/** The Google stand-in as one server: sign-in endpoints, portraits, controls. */
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from '../http-server.ts';
import { drawAvatar } from './avatar.ts';
import { addControlRoutes } from './control-routes.ts';
import { createDirectory } from './directory.ts';
import { createGrants } from './grants.ts';
import { addSignInRoutes } from './sign-in-routes.ts';

/** A server that is not listening yet. Bodies may have 5 MB (a whole town of people). */
export function createGoogle(options: { peopleMax: number; frontendUrl?: string | undefined }): FastifyInstance {
  const server = createHttpServer({ bodyLimit: 5_000_000, routerOptions: { querystringParser: () => ({}) } });
  const directory = createDirectory(options.peopleMax);
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(body as string));
  });
  addSignInRoutes(server, { directory, grants: createGrants() });
  addControlRoutes(server, directory);
  server.get('/', (_request, reply) =>
    options.frontendUrl === undefined ? reply.redirect('/control/people') : reply.redirect(options.frontendUrl),
  );
  server.get<{ Params: { file: string } }>('/avatars/:file', (request, reply) => {
    const id = request.params.file.replace(/\.svg$/, '');
    const person = directory.find(id);
    const initials = person === undefined ? '' : `${person.givenName.charAt(0)}${person.familyName?.charAt(0) ?? ''}`;
    return reply.type('image/svg+xml').header('cache-control', 'public, max-age=3600').send(drawAvatar(id, initials));
  });
  return server;
}
