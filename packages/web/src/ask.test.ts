import { describe, expect, test } from 'vitest';
import { type AskerParts, createAsker } from './ask.ts';

const held = () => Response.json({ message: 'moving' }, { status: 503, headers: { 'retry-after': '2' } });
const fine = () => Response.json({ userId: 1 });
const broken = () => {
  throw new TypeError('Failed to fetch');
};

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers in turn, the last one for ever. */
function serverThat(answers: readonly (() => Response)[], parts: Partial<AskerParts> = {}) {
  const sent: Sent[] = [];
  const pausesMs: number[] = [];
  const send = async (url: string, { headers }: RequestInit) => {
    sent.push({ url, headers: headers as Record<string, string> });
    return answers[Math.min(sent.length, answers.length) - 1]!();
  };
  const wait = (ms: number) => Promise.resolve(void pausesMs.push(ms));
  const { ask } = createAsker({ token: () => 'a-token', send: send as unknown as typeof fetch, wait, ...parts });
  return { ask, sent, pausesMs };
}

describe('a read', () => {
  test('that is held is repeated after as long as was said, and says so', async () => {
    let told = 0;
    const { ask, sent, pausesMs } = serverThat([held, held, fine]);
    expect(await ask('GET /users', { onHeld: () => (told += 1) })).toEqual({ userId: 1 });
    expect([sent.length, pausesMs, told]).toEqual([3, [2_000, 2_000], 2]);
  });

  test.each([
    [undefined, 16],
    [2, 3],
  ])('gives up in the end: with at most %s repeats after %i tries', async (heldRepeatsMax, tries) => {
    const { ask, sent } = serverThat([held], heldRepeatsMax === undefined ? {} : { heldRepeatsMax });
    await expect(ask('GET /users')).rejects.toMatchObject({ kind: 'held', changedNothing: true });
    expect(sent).toHaveLength(tries);
  });

  test.each([
    ['broke', broken, 'unreachable'],
    ['was answered with 502', () => new Response(null, { status: 502 }), 'unreachable'],
    ['was answered with 503 and no time', () => new Response(null, { status: 503 }), 'unreachable'],
    ['was answered with 504', () => new Response(null, { status: 504 }), 'late'],
  ])('whose connection %s is tried twice more', async (_, answer, kind) => {
    const { ask, sent, pausesMs } = serverThat([answer]);
    await expect(ask('GET /users')).rejects.toMatchObject({ kind });
    expect([sent.length, pausesMs]).toEqual([3, [400, 1_500]]);
  });

  test.each([400, 404, 500])('that is answered with %i is not repeated', async (status) => {
    const { ask, sent } = serverThat([() => new Response(null, { status })]);
    await expect(ask('GET /users')).rejects.toMatchObject({ status });
    expect(sent).toHaveLength(1);
  });

  test('carries the token, and only the filters that are given', async () => {
    const { ask, sent } = serverThat([fine]);
    await ask('GET /api/questions', { query: { difficulty: 'easy', questionType: '', practical: undefined } });
    expect(sent).toEqual([
      { url: '/api/questions?difficulty=easy', headers: { accept: 'application/json', authorization: 'Bearer a-token' } },
    ]);
  });

  test('that nobody waits for any more ends with the reason it was given', async () => {
    const { ask } = serverThat([
      () => {
        throw new DOMException('aborted', 'AbortError');
      },
    ]);
    await expect(ask('GET /users', { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left');
  });
});

describe('a write', () => {
  test.each([
    ['held', held, { kind: 'held', changedNothing: true }],
    ['refused', () => Response.json({ message: 'no' }, { status: 401 }), { kind: 'refused', said: 'no', changedNothing: true }],
    ['invalid', () => Response.json({ message: ['a', 'b'] }, { status: 400 }), { kind: 'invalid', said: 'a, b', changedNothing: true }],
    ['failed', () => new Response('<h1>', { status: 500 }), { kind: 'failed', said: undefined, changedNothing: false }],
    ['lost on its way', () => Response.error(), { changedNothing: false }],
    ['unanswered', () => new Response(null, { status: 504 }), { kind: 'late', changedNothing: false }],
  ])('that is %s is never repeated', async (_, answer, failure) => {
    const { ask, sent } = serverThat([answer]);
    await expect(ask('POST /tickets/:id', { params: { id: 'a/b' }, body: {} })).rejects.toMatchObject(failure);
    expect(sent.map(({ url }) => url)).toEqual(['/tickets/a%2Fb']);
  });
});

describe('a failure', () => {
  test('names the request by the id it was sent with, of the API at its own address', async () => {
    const { ask, sent } = serverThat([() => new Response(null, { status: 500 })], { apiUrl: 'http://api.test', idHeader: 'x-request-id' });
    const requestId = await ask('GET /users').catch((failure: { requestId: string }) => failure.requestId);
    expect(requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(sent[0]).toMatchObject({ url: 'http://api.test/users', headers: { 'x-request-id': requestId } });
  });

  test('else by what the answer says', async () => {
    const { ask } = serverThat([() => new Response(null, { status: 500, headers: { 'x-trace-id': 'abc' } })]);
    await expect(ask('GET /users')).rejects.toMatchObject({ requestId: 'abc' });
  });

  test('of a request with a token is told to whoever keeps the token; of one without it is not', async () => {
    const told: unknown[] = [];
    const parts = { onFailure: ({ status }: { status: number | undefined }, token: string) => told.push([status, token]) };
    const refuse = () => new Response(null, { status: 401 });
    await expect(serverThat([refuse], parts).ask('GET /users')).rejects.toMatchObject({ kind: 'refused' });
    await expect(serverThat([refuse], { ...parts, token: () => undefined }).ask('GET /users')).rejects.toMatchObject({ kind: 'refused' });
    expect(told).toEqual([[401, 'a-token']]);
  });
});
