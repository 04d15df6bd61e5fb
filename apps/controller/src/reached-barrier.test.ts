import { expect, it } from 'vitest';
import { ReachedBarrier } from './reached-barrier.ts';

function countingBarrier() {
  const marks: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const barrier = new ReachedBarrier(() => new Promise((resolve, reject) => marks.push({ resolve, reject })));
  return { barrier, marks };
}

it('serves all callers that come during a mark with one further mark', async () => {
  const { barrier, marks } = countingBarrier();
  const first = barrier.reached();
  const late = Array.from({ length: 50 }, () => barrier.reached());
  expect(marks).toHaveLength(1);
  marks[0]?.resolve();
  await first;
  await expect.poll(() => marks.length).toBe(2);
  // A mark that began before the call proves nothing about it: the late ones are still waiting.
  expect(await Promise.race([...late, Promise.resolve('waiting')])).toBe('waiting');
  marks[1]?.resolve();
  await Promise.all(late);
  expect(marks).toHaveLength(2);
});

it('a failed mark fails its own callers only', async () => {
  const { barrier, marks } = countingBarrier();
  const first = barrier.reached();
  const second = barrier.reached();
  marks[0]?.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  await expect.poll(() => marks.length).toBe(2);
  marks[1]?.resolve();
  await second;
  const third = barrier.reached();
  expect(marks).toHaveLength(3);
  marks[2]?.resolve();
  await third;
});
