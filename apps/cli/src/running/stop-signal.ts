/** Waits for the wish to end: Ctrl-C, SIGTERM, or the end of the terminal; asked twice, it ends at once. */

const sameWishMs = 500;

export interface StopSignal {
  readonly requested: Promise<string>;
  readonly signal: AbortSignal;
  request(why: string): void;
  dispose(): void;
}

export function createStopSignal(): StopSignal {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  let askedAt = 0;
  const request = (why: string) => {
    // Whoever started us may hand on what the terminal has sent us already, as npx does.
    const isAgain = controller.signal.aborted && why === 'SIGINT' && performance.now() - askedAt > sameWishMs;
    if (isAgain) process.exit(130); // the guard ends the programs
    askedAt ||= performance.now();
    controller.abort(new Error(why));
    resolve(why);
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listeners = names.map((name) => [name, () => request(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  return {
    requested: promise,
    signal: controller.signal,
    request,
    dispose: () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
