/** What holds for every request, in this order: cross-origin access, an id, a path that can be read, a body. */
import { randomUUID } from 'node:crypto';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, type Request, type Response, urlencoded } from 'express';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { ConnectionDrain } from './connection-drain.ts';

const bodyLimit = '100kb';

/** To be called before the program listens; needs it to have been created without a body parser. */
export function configureHttp(app: NestExpressApplication, frontendBaseUrl: string): void {
  app.use(app.get(ConnectionDrain).middleware);
  app.enableCors({ origin: frontendBaseUrl, credentials: true });
  app.use(giveRequestId, refuseUnreadablePath);
  app.use(json({ limit: bodyLimit }), urlencoded({ extended: true, limit: bodyLimit }), fillMissingBody);
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  app.useStaticAssets(swaggerUiFolder(), { prefix: '/api/docs/', index: false, redirect: false });
}

function giveRequestId(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-request-id', request.headers['x-request-id'] ?? randomUUID());
  next();
}

function refuseUnreadablePath(request: Request, _response: Response, next: NextFunction): void {
  const path = request.path.slice(1);
  try {
    decodeURIComponent(path);
    next();
  } catch {
    next(new BadRequestException(`Failed to decode param '${path}'`));
  }
}

/** No body, and one of a type that nobody parses, count as an empty object. */
function fillMissingBody(request: Request, _response: Response, next: NextFunction): void {
  request.body ??= {};
  next();
}
