import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadRequestException, Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExpressLikeAdapter } from './like-express/adapter.ts';
import { exchangeRaw, type RawRequest } from './raw-exchange.ts';

@Controller('things')
class Things {
  @Get(':id')
  one(@Param('id') id: string) {
    return { id };
  }
  @Post()
  echo(@Body() body: unknown) {
    return { body };
  }
}

@Module({ controllers: [Things] })
class Application {}

const origin = 'http://localhost:8080';
let applications: readonly [INestApplication, INestApplication];
let ports: readonly number[];

/** As a program on Express does it, in this order: origins, an id, the path, the body. */
function configure(app: NestExpressApplication): void {
  app.enableCors({ origin, credentials: true });
  app.use((request: Request, response: Response, next: NextFunction) => {
    response.setHeader('x-request-id', request.headers['x-request-id'] ?? randomUUID());
    next();
  });
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const path = request.path.slice(1);
    try {
      decodeURIComponent(path);
      next();
    } catch {
      next(new BadRequestException(`Failed to decode param '${path}'`));
    }
  });
  app.useBodyParser('json');
  app.useBodyParser('urlencoded', { extended: true });
}

beforeAll(async () => {
  const onExpress = await NestFactory.create<NestExpressApplication>(Application, new ExpressAdapter(), {
    logger: false,
    bodyParser: false,
  });
  configure(onExpress);
  const adapter = new ExpressLikeAdapter({ cors: { origin, credentials: true }, namesRequests: true, refusesWholePaths: true });
  applications = [onExpress, await NestFactory.create(Application, adapter, { logger: false, bodyParser: false })];
  for (const application of applications) await application.listen(0, '127.0.0.1');
  ports = applications.map((application) => ((application.getHttpServer() as Server).address() as AddressInfo).port);
});

afterAll(async () => {
  for (const application of applications) await application.close();
});

const json = 'Content-Type: application/json';
const preflight = [
  'Origin: http://elsewhere.test',
  'Access-Control-Request-Method: PATCH',
  'Access-Control-Request-Headers: authorization',
];

test.each<[string, RawRequest, RegExp]>([
  [
    'one origin, whoever asks',
    { path: '/things/7', headers: ['Origin: http://elsewhere.test'] },
    /Access-Control-Allow-Origin: http:\/\/localhost:8080\r/,
  ],
  ['a new id', { path: '/things/7' }, /x-request-id: \(id\)/],
  ['the request’s own id', { path: '/things/7', headers: ['X-Request-Id: a b'] }, /x-request-id: a b\r/],
  ['an id with a refused body', { method: 'POST', path: '/things', headers: [json], body: '{' }, /^HTTP\/1.1 400 [^]*x-request-id/],
  ['an unknown path', { path: '/nowhere', headers: ['X-Request-Id: mine'] }, /^HTTP\/1.1 404 [^]*x-request-id: mine/],
  ['a preflight, which has none', { method: 'OPTIONS', path: '/things/7', headers: preflight }, /^HTTP\/1.1 204 /],
  ['a path that cannot be decoded', { path: '/things/%ff?a=%' }, /Failed to decode param 'things\/%ff'/],
  ['such a path before its body', { method: 'POST', path: '/things/%', headers: [json], body: '{' }, /Failed to decode param 'things\/%'/],
  ['a query that cannot be decoded', { path: '/things/7?a=%' }, /^HTTP\/1.1 200 /],
])('%s, byte for byte', async (_name, request, expected) => {
  const [onExpress = '', onFastify] = await Promise.all(
    ports.map(async (port) => (await exchangeRaw(port, request)).replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)')),
  );
  expect(onExpress).toMatch(expected);
  expect(onFastify).toBe(onExpress);
});
