import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadRequestException, Body, Controller, Delete, Get, HttpException, Module, Post, Req, Res } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExpressLikeAdapter } from './like-express/adapter.ts';
import { serveFilesLikeExpress } from './like-express/files.ts';
import { redirectLikeExpress, redirectWithoutBody } from './like-express/redirect.ts';
import { exchangeRaw, type RawRequest } from './raw-exchange.ts';

@Controller('things')
class Things {
  @Get('object')
  object() {
    return { name: 'Grüße', list: [1, null], absent: undefined };
  }
  @Get('list')
  list() {
    return [];
  }
  @Get('text')
  text() {
    return 'Hello World!';
  }
  @Get('empty-text')
  emptyText() {
    return '';
  }
  @Get('nothing')
  nothing() {}
  @Get('null')
  null() {
    return null;
  }
  @Get('refused')
  refused() {
    throw new BadRequestException('Not like this');
  }
  @Get('teapot')
  teapot() {
    throw new HttpException({ statusCode: 418, message: 'Teapot' }, 418);
  }
  @Get('broken')
  broken() {
    throw new TypeError('secret detail');
  }
  @Get('of/:id')
  of(@Req() request: { params: { id: string }; query: object }) {
    return { id: request.params.id, query: request.query };
  }
  @Post('echo')
  echo(@Body() body: unknown) {
    return { body, kind: typeof body };
  }
  @Delete('object')
  remove() {}
}

const target = 'http://example.test/auth?a=ü b&c="<d>"';

@Controller('away')
class AwayOnExpress {
  @Get('redirect')
  redirect(@Res() response: Response) {
    response.redirect(target);
  }
  @Get('bare')
  bare(@Res() response: Response) {
    response.status(302).set({ Location: 'http://example.test/', 'Content-Length': '0' }).end();
  }
}

@Controller('away')
class AwayOnFastify {
  @Get('redirect')
  redirect(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    redirectLikeExpress(request, reply, target);
  }
  @Get('bare')
  bare(@Res() reply: FastifyReply) {
    redirectWithoutBody(reply, 'http://example.test/');
  }
}

@Module({ controllers: [Things, AwayOnExpress] })
class OnExpress {}

@Module({ controllers: [Things, AwayOnFastify] })
class OnFastify {}

let applications: readonly [INestApplication, INestApplication];
let ports: readonly [number, number];

beforeAll(async () => {
  const express = await NestFactory.create<NestExpressApplication>(OnExpress, new ExpressAdapter(), { logger: false });
  express.enableCors();
  const adapter = new ExpressLikeAdapter();
  const fastify = await NestFactory.create(OnFastify, adapter, { logger: false, bodyParser: false });
  const folder = { root: import.meta.dirname, prefix: '/api/files/' };
  express.useStaticAssets(folder.root, { prefix: folder.prefix, index: false, redirect: false });
  serveFilesLikeExpress(adapter.getInstance(), folder);
  applications = [express, fastify];
  for (const application of applications) await application.setGlobalPrefix('api').init();
  express.use((request: Request, response: Response) => {
    response.status(404).json({ message: `Cannot ${request.method} ${request.originalUrl}`, error: 'Not Found', statusCode: 404 });
  });
  for (const application of applications) await application.listen(0, '127.0.0.1');
  const [first, second] = applications.map((application) => ((application.getHttpServer() as Server).address() as AddressInfo).port);
  ports = [first ?? 0, second ?? 0];
});

afterAll(async () => {
  for (const application of applications) await application.close();
});

async function both(request: RawRequest): Promise<{ express: string; fastify: string }> {
  const [express = '', fastify = ''] = await Promise.all(ports.map((port) => exchangeRaw(port, request)));
  return { express, fastify };
}

/** What the two say to those of the requests that they answer differently, or not at all. */
async function differences(...requests: readonly RawRequest[]) {
  const told = await Promise.all(requests.map(async (request) => ({ request, ...(await both(request)) })));
  return told.filter(({ express, fastify }) => express !== fastify || express === '');
}

const paths = [
  'object',
  'list',
  'text',
  'empty-text',
  'nothing',
  'null',
  'refused',
  'teapot',
  'broken',
  'of/7?a=1&a=2&b=%C3%BC&c',
  'of/a%2Fb',
  'of/%2525%41',
  'of/%ff',
  'none',
  '',
];

describe('every kind of answer, byte for byte', () => {
  test.each(paths.flatMap((path) => ['GET', 'HEAD'].map((method) => [method, `/api/things/${path}`])))('%s %s', async (method, path) => {
    expect(await differences({ method, path })).toEqual([]);
  });

  test.each([
    '/API/Things/OBJECT',
    '/api/things/object/',
    '/api/things//object',
    '/api/things/object?',
    '/api/things/obj%65ct',
    '/',
    '/api',
    '/api/%',
    '*',
  ])('GET %s', async (path) => {
    expect(await differences({ path })).toEqual([]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'BREW', 'TRACE'])('%s on a path that has GET', async (method) => {
    expect(await differences({ method, path: '/api/things/object' })).toEqual([]);
  });

  test.each(['text/html', 'application/json', 'text/*', '*/*', 'image/png', 'text/html;q=0.1, text/plain', 'nonsense'])(
    'a redirect for Accept: %s',
    async (accept) => {
      expect(await differences({ path: '/api/away/redirect', headers: [`Accept: ${accept}`] })).toEqual([]);
    },
  );

  test.each(['GET', 'HEAD'])('%s of a redirect, with and without a body', async (method) => {
    expect(await differences({ method, path: '/api/away/redirect' })).toEqual([]);
    expect(await differences({ method, path: '/api/away/bare' })).toEqual([]);
  });
});

describe('files of a folder', () => {
  test.each([
    '',
    'nest-service.ts',
    'like-express',
    'like-express/',
    'like-express/paths.ts',
    '../package.json',
    'none',
    'NONE/',
    '.hidden',
  ])('%s', async (path) => {
    const requests = ['GET', 'HEAD', 'POST'].map((method) => ({ method, path: `/api/files/${path}` }));
    expect(await differences(...requests, { path: `/API/Files/${path}` })).toEqual([]);
  });

  test('in part, and only when they have changed', async () => {
    const path = '/api/files/nest-service.ts';
    const tag = /^ETag: (.*)\r$/m.exec((await both({ path })).express)?.[1] ?? '';
    const headers = ['Range: bytes=10-20', 'Range: bytes=9999999-', `If-None-Match: ${tag}`, 'If-None-Match: "x"'];
    expect(tag).not.toBe('');
    expect(await differences(...headers.map((header) => ({ path, headers: [header] })))).toEqual([]);
  });
});

describe('conditional requests', () => {
  test.each(['object', 'text', 'broken'])('%s: the tag that was given comes back as If-None-Match', async (path) => {
    const tag = /^ETag: (.*)\r$/m.exec((await both({ path: `/api/things/${path}` })).express)?.[1] ?? '';
    expect(tag).toMatch(/^W\//);
    for (const header of [tag, tag.replace('W/', ''), '*', `"x", ${tag}`, 'W/"x"']) {
      expect(await differences({ path: `/api/things/${path}`, headers: [`If-None-Match: ${header}`] })).toEqual([]);
    }
    expect(await differences({ path: `/api/things/${path}`, headers: [`If-None-Match: ${tag}`, 'Cache-Control: no-cache'] })).toEqual([]);
    expect(await differences({ method: 'HEAD', path: `/api/things/${path}`, headers: [`If-None-Match: ${tag}`] })).toEqual([]);
  });
});

describe('request bodies', () => {
  const json = 'Content-Type: application/json';
  test.each<[string, string[], string | undefined]>([
    ['JSON', [json], '{"a":[1,2],"b":"ü"}'],
    ['no body', [], undefined],
    ['an empty body', [json], ''],
    ['broken JSON', [json], '{"a":'],
    ['a JSON text', [json], '"text"'],
    ['a JSON number', [json], ' 12'],
    ['another word', [json], 'nonsense'],
    ['a form', ['Content-Type: application/x-www-form-urlencoded'], 'a=1&b[c]=2&b[d][]=3&e=%C3%BC'],
    ['plain text', ['Content-Type: text/plain'], 'hello'],
    ['no type', [], 'hello'],
    ['an unknown charset', ['Content-Type: application/json; charset=x-none'], '{}'],
    ['an unknown encoding', [json, 'Content-Encoding: x-none'], '{}'],
    ['a chunked body', [json, 'Transfer-Encoding: chunked'], '7\r\n{"a":1}\r\n0\r\n\r\n'],
    ['more than 100 kB', [json], JSON.stringify('x'.repeat(110_000))],
    ['exactly 100 kB', [json], `{"a":"${'x'.repeat(102_400 - 8)}"}`],
  ])('%s', async (_name, headers, body) => {
    const given = body === undefined ? {} : { body };
    expect(await differences({ method: 'POST', path: '/api/things/echo', headers, ...given })).toEqual([]);
    expect(await differences({ method: 'POST', path: '/api/nowhere', headers, ...given })).toEqual([]);
    expect(await differences({ path: '/api/things/object', headers, ...given })).toEqual([]);
  });
});

describe('other origins', () => {
  test.each<[string, string[]]>([
    ['a preflight', ['Origin: http://a.test', 'Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization, x-a']],
    ['a preflight without headers', ['Origin: http://a.test', 'Access-Control-Request-Method: PUT']],
  ])('%s', async (_name, headers) => {
    expect(await differences({ method: 'OPTIONS', path: '/api/things/object', headers })).toEqual([]);
    expect(await differences({ method: 'OPTIONS', path: '/api/nowhere', headers })).toEqual([]);
  });

  test('a request with an origin', async () => {
    expect(await differences({ path: '/api/things/object', headers: ['Origin: http://a.test'] })).toEqual([]);
  });
});

describe('requests that cannot be read', () => {
  test.each<[string, RawRequest]>([
    ['a header without colon', { path: '/api/things/object', headers: ['nonsense'] }],
    ['too many headers', { path: '/api/things/object', headers: [`X-A: ${'a'.repeat(20_000)}`] }],
    ['a space in the path', { path: '/a b' }],
    ['two lengths', { path: '/', headers: ['Content-Length: 1', 'Content-Length: 2'] }],
  ])('%s', async (_name, request) => {
    expect(await differences(request)).toEqual([]);
  });
});
