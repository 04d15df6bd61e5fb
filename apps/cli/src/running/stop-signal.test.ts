import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStopSignal } from './stop-signal.ts';

const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
beforeEach(() => vi.useFakeTimers({ toFake: ['performance'], now: 1 }));
afterEach(() => vi.useRealTimers());

test('a Ctrl-C that comes twice at once is one wish; another one a moment later ends at once', async () => {
  const stop = createStopSignal();
  vi.advanceTimersByTime(1);
  stop.request('SIGINT');
  stop.request('SIGINT');
  expect(await stop.requested).toBe('SIGINT');
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  stop.request('SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
  stop.dispose();
});
