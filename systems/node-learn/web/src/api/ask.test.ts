import { describe, expect, test } from 'vitest';
import { createAsker } from './ask.ts';

const held = () => Response.json({ message: 'moving' }, { status: 503, headers: { 'retry-after': '2' } });
const fine = () => Response.json({ userId: 1 });

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers in turn, the last one for ever. */
function serverThat(...answers: readonly (() => Response)[]) {
  const sent: Sent[] = [];
  const pausesMs: number[] = [];
  const send = async (url: string, { headers }: RequestInit) => {
    sent.push({ url, headers: headers as Record<string, string> });
    return answers[Math.min(sent.length, answers.length) - 1]!();
  };
  const wait = (ms: number) => Promise.resolve(void pausesMs.push(ms));
  const { ask } = createAsker({ token: () => 'a-token', send: send as unknown as typeof fetch, wait });
  return { ask, sent, pausesMs };
}

describe('a read', () => {
  test('that is held is repeated after as long as was said, and says so', async () => {
    let told = 0;
    const { ask, sent, pausesMs } = serverThat(held, held, fine);
    expect(await ask('achievements.guest-id', { onHeld: () => (told += 1) })).toEqual({ userId: 1 });
    expect([sent.length, pausesMs, told]).toEqual([3, [2_000, 2_000], 2]);
  });

  test('gives up in the end', async () => {
    const { ask, sent } = serverThat(held);
    await expect(ask('achievements.guest-id')).rejects.toMatchObject({ kind: 'held', changedNothing: true });
    expect(sent).toHaveLength(16);
  });

  test('whose connection broke is tried twice more', async () => {
    const broken = () => {
      throw new TypeError('Failed to fetch');
    };
    const { ask, sent } = serverThat(broken);
    await expect(ask('achievements.guest-id')).rejects.toMatchObject({ kind: 'unreachable' });
    expect(sent).toHaveLength(3);
  });

  test('carries the token, and only the filters that are given', async () => {
    const { ask, sent } = serverThat(fine);
    await ask('questions.list', { query: { difficulty: 'easy', questionType: '', practical: undefined } });
    expect(sent[0]).toMatchObject({ url: '/api/questions?difficulty=easy', headers: { authorization: 'Bearer a-token' } });
  });

  test('that nobody waits for any more ends with the reason it was given', async () => {
    const { ask } = serverThat(() => {
      throw new DOMException('aborted', 'AbortError');
    });
    await expect(ask('achievements.guest-id', { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left');
  });
});

describe('a write', () => {
  test.each([
    ['held', held, { kind: 'held', changedNothing: true }],
    ['refused', () => Response.json({ message: 'no' }, { status: 401 }), { kind: 'refused', said: 'no', changedNothing: true }],
    ['failed', () => new Response('<h1>', { status: 500 }), { kind: 'failed', changedNothing: false }],
    ['lost on its way', () => Response.error(), { changedNothing: false }],
    ['unanswered', () => new Response(null, { status: 504 }), { kind: 'late', changedNothing: false }],
  ])('that is %s is never repeated', async (_, answer, failure) => {
    const { ask, sent } = serverThat(answer);
    await expect(ask('leaderboard.update', { body: {} })).rejects.toMatchObject(failure);
    expect(sent).toHaveLength(1);
  });
});
