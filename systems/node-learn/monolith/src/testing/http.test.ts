import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProgram, startProgram } from './running-program.ts';

let program: RunningProgram;
beforeAll(async () => {
  program = await startProgram();
});
afterAll(() => program.stop());

const serverError = '{"statusCode":500,"message":"Internal server error"}';

describe('every answer', () => {
  it('greets under /api, whatever the case and the trailing slash', async () => {
    for (const path of ['/api', '/api/', '/API']) {
      const reply = await program.call('GET', path);
      expect(reply.status).toBe(200);
      expect(reply.text).toBe('Hello World!');
      expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(reply.headers.get('x-powered-by')).toBe('Express');
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('carries a weak ETag that is honoured, and HEAD works for GET', async () => {
    const first = await program.call('GET', '/api/quiz/modes');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    const second = await program.call('GET', '/api/quiz/modes', { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } });
    expect([second.status, second.text]).toEqual([304, '']);
    const head = await program.call('HEAD', '/api/quiz/modes');
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', etag]);
  });

  it('refuses unknown paths and methods, inside and outside /api', async () => {
    for (const [method, path] of [
      ['GET', '/api/nothing'],
      ['POST', '/api/questions'],
      ['GET', '/'],
    ] as const) {
      const reply = await program.call(method, path);
      expect(reply.status).toBe(404);
      expect(reply.text).toBe(`{"message":"Cannot ${method} ${path}","error":"Not Found","statusCode":404}`);
    }
  });

  it('answers preflights', async () => {
    const reply = await program.call('OPTIONS', '/api/stats/record', {
      headers: {
        origin: 'http://front.test',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(reply.headers.get('access-control-allow-methods')).toBe('GET,HEAD,PUT,PATCH,POST,DELETE');
    expect(reply.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(reply.headers.get('vary')).toBe('Access-Control-Request-Headers');
    expect(reply.headers.get('content-length')).toBe('0');
  });
});

describe('bodies', () => {
  it('that are no JSON are refused with the words of the parser', async () => {
    const reply = await program.call('POST', '/api/stats/record', { body: '{bad' });
    expect(reply.status).toBe(400);
    expect(Object.keys(reply.json)).toEqual(['message', 'error', 'statusCode']);
    expect(reply.json.error).toBe('Bad Request');
  });

  it('over 100 kB are refused', async () => {
    const reply = await program.call('POST', '/api/stats/record', { body: { text: 'x'.repeat(102_400) } });
    expect([reply.status, reply.text]).toEqual([413, '{"statusCode":413,"message":"request entity too large"}']);
  });

  it('that are missing or of an unknown type fail', async () => {
    for (const path of ['/api/stats/record', '/api/achievements/check', '/api/leaderboard/update']) {
      const missing = await program.call('POST', path);
      expect([missing.status, missing.text]).toEqual([500, serverError]);
      const plain = await program.call('POST', path, { body: 'hello', headers: { 'content-type': 'text/plain' } });
      expect([plain.status, plain.text]).toEqual([500, serverError]);
    }
  });

  it('may be urlencoded', async () => {
    const reply = await program.call('POST', '/api/achievements/check', {
      body: 'userId=1&questionId=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([reply.status, reply.text]).toEqual([201, '{"awardedAchievements":[]}']);
  });
});

describe('documentation', () => {
  it('is served as a page with its files, as JSON and as YAML', async () => {
    const page = await program.call('GET', '/api/docs');
    expect(page.text).toContain('/api/docs/swagger-ui-bundle.js');
    expect((await program.call('GET', '/api/docs/swagger-ui.css')).headers.get('content-type')).toContain('text/css');
    const { json } = await program.call('GET', '/api/docs-json');
    expect([json.openapi, json.info.title, json.info.version]).toEqual(['3.0.0', 'Node.js Interview Questions API', '1.0']);
    const yaml = await program.call('GET', '/api/docs-yaml');
    expect(yaml.headers.get('content-type')).toContain('text/yaml');
    expect(yaml.text).toMatch(/^openapi: 3\.0\.0\n/);
  });
});
