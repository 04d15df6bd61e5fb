import { expect, test } from 'vitest';
import { startRefusingServer } from './refusing-server.ts';

const nothing = { token: 'of the controller', reached: () => Promise.resolve() };

test('what a program on a scratch copy asks of the live system is refused and counted', async () => {
  const server = await startRefusingServer(nothing);
  const answers = await Promise.all(['GET', 'POST'].map((method) => fetch(`http://127.0.0.1:${server.port}/api/users`, { method })));
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  expect(server.calls).toBe(2);
  await server.close();
  await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow('fetch failed');
});

test('whether its rows have flowed back is answered once they have, to who has the token', async () => {
  const asked: string[] = [];
  const reached = (extraction: string) => (
    asked.push(extraction),
    extraction === 'quiz' ? Promise.resolve() : Promise.reject(new Error('cut off'))
  );
  const server = await startRefusingServer({ ...nothing, reached });
  const ask = async (extraction: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`http://127.0.0.1:${server.port}/v1/reached?extraction=${extraction}`, { headers })).status;
  };
  expect([await ask('quiz', nothing.token), await ask('auth', nothing.token), await ask('quiz', 'guessed')]).toEqual([200, 504, 503]);
  expect([asked, server.calls]).toEqual([['quiz', 'auth'], 1]);
  await server.close();
});
