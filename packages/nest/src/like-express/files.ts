/** Serves a folder with the headers, ranges and conditional answers of `express.static`: by the same library. */
import type { FastifyInstance } from 'fastify';
import serveStatic from 'serve-static';

export interface ServedFolder {
  readonly root: string;
  /** Path that the files are below, with a slash at both ends. */
  readonly prefix: string;
}

/** Must be called before routes are added. What is not in the folder is left to them. */
export function serveFilesLikeExpress(server: FastifyInstance, { root, prefix }: ServedFolder): void {
  const serve = serveStatic(root, { index: false, redirect: false });
  server.addHook('onRequest', ({ raw, originalUrl }, reply, done) => {
    const isBelow = originalUrl.slice(0, prefix.length).toLowerCase() === prefix;
    if (!isBelow) return done();
    const { url } = raw;
    raw.url = originalUrl.slice(prefix.length - 1);
    serve(raw, reply.raw, (error?: unknown) => {
      if (url !== undefined) raw.url = url;
      done(error as Error | undefined);
    });
  });
}
