import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type AskedService, askService, readFromService, readPageFromService } from './ask-service.ts';

let server: Server;
let asked: AskedService;

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    if (url === '/internal/silence') return;
    if (url.startsWith('/internal/pages')) {
      const entry = { key: url, sequence: '1', data: { title: 'A book', secret: true } };
      response.end(JSON.stringify({ entries: [entry], ...(url.includes('after') ? {} : { next: 'a b' }) }));
      return;
    }
    const status = url.startsWith('/internal/nothing') ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ url, authorization: headers.authorization }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  asked = { service: 'library', url, timeoutMs: 5_000, tokens: { issue: (audience) => Promise.resolve(`for ${audience}`) } };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('it is asked with a token for it, and answers whatever it answers', async () => {
  const told = { url: '/internal/books', authorization: 'Bearer for library' };
  expect(await askService('/internal/books', asked)).toEqual({ status: 200, body: told });
  expect(await askService('/internal/nothing', asked)).toMatchObject({ status: 404 });
});

test('what is read has to be there; parameters that are empty are left out', async () => {
  expect(await readFromService('/internal/books', { after: '' }, asked)).toMatchObject({ url: '/internal/books' });
  expect(await readFromService('/internal/books', { after: 'a b' }, asked)).toMatchObject({ url: '/internal/books?after=a+b' });
  await expect(readFromService('/internal/nothing', {}, asked)).rejects.toThrow('library answered 404 to /internal/nothing');
});

test('pages come one after another, each entry as it is kept; what is no page is rejected', async () => {
  const entry = z.object({ key: z.string(), sequence: z.string(), data: z.object({ title: z.string() }) });
  const schema = z.object({ entries: z.array(entry), next: z.string().optional() });
  const kept = (key: string) => ({ key, sequence: '1', data: { title: 'A book' } });
  expect(await readPageFromService('/internal/pages', '', schema, asked)).toEqual({ entries: [kept('/internal/pages')], next: 'a b' });
  expect(await readPageFromService('/internal/pages', 'a b', schema, asked)).toEqual({ entries: [kept('/internal/pages?after=a+b')] });
  await expect(readPageFromService('/internal/books', '', schema, asked)).rejects.toThrow(/entries/);
  await expect(readPageFromService('/internal/nothing', '', schema, asked)).rejects.toThrow('library answered 404');
});

test('who does not answer in time is given up', async () => {
  await expect(askService('/internal/silence', { ...asked, timeoutMs: 50 })).rejects.toThrow(/timeout/i);
});
