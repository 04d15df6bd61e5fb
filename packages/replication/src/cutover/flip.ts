// Flipping the routes, once there is no other way left.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CutoverRoutes } from './types.ts';

/** `to` is open, so flipping is the only way on: it is tried for 30 s before the journal is left to recoverCutover. */
export async function flipRoutes(routes: CutoverRoutes): Promise<{ readonly flipMs: number }> {
  const deadline = performance.now() + 30_000;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      return await routes.flip();
    } catch (error) {
      if (performance.now() + pauseMs > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
