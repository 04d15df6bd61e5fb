/** What holds for every request: access log, cross-origin access, static files of the documentation, and the last word on unknown paths. */
import { STATUS_CODES } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import morgan from 'morgan';
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import { ConnectionDrain } from './connection-drain.ts';

export function configureHttp(app: NestExpressApplication): void {
  app.use(morgan('combined'), app.get(ConnectionDrain).middleware);
  app.enableCors();
  app.setGlobalPrefix('api');
  app.useStaticAssets(swaggerUiFolder(), { prefix: '/api/docs/', index: false, redirect: false });
}

/** To be called after the routes are in place: paths outside /api get the same answer as unknown ones inside. */
export function refuseUnknownPaths(app: NestExpressApplication): void {
  app.use((request: Request, response: Response) => {
    response.status(404).json({ message: `Cannot ${request.method} ${request.originalUrl}`, error: STATUS_CODES[404], statusCode: 404 });
  });
}
