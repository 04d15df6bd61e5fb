import { expect, test } from 'vitest';
import { type OrmConnection, runFollowed } from './followed-transaction.ts';
import { createTransactionFrames } from './frames.ts';

function createWorld() {
  const sent: string[] = [];
  let ask: (statement: string) => Promise<void> | undefined = () => undefined;
  const query: OrmConnection['session']['query'] = async (text) => {
    sent.push(text);
    if (world.isLost) throw new Error('lost');
    return { rows: [], rowCount: 0 };
  };
  const connection: OrmConnection = {
    session: { query },
    send: async (message) => {
      sent.push(message);
      return 'COMMIT';
    },
    watch: (given) => {
      ask = given;
      return () => void (ask = () => undefined);
    },
    discard: () => void sent.push('discarded'),
  };
  const frames = createTransactionFrames<string>();
  const run = (call: (work: () => Promise<void>, send: (statement: string) => Promise<void>) => Promise<void>, work: () => Promise<void>) =>
    runFollowed({
      frames,
      call: (inside) =>
        call(
          () => inside('native'),
          async (statement) => ask(statement) ?? void sent.push(statement),
        ),
      work,
      connectionOf: async () => connection,
    });
  const world = { sent, frames, run, isLost: false };
  return world;
}

test('an ORM that commits in a way that is not seen is refused, also when nothing was published', async () => {
  const { run, frames, sent } = createWorld();
  const unseen = expect.objectContaining({ code: 'OUTBOX_TRANSACTION_UNSEEN' });
  const work = async () => frames.current()!.afterCommit(() => sent.push('after'));
  await expect(run((inside) => inside(), work)).rejects.toThrow(unseen);
  await expect(
    run(
      (inside) => inside(),
      async () => {},
    ),
  ).rejects.toThrow(unseen);
  expect(sent).toEqual([]);
});

test('a name stands for its latest savepoint, which outlives going back to it and takes all after it along', async () => {
  const { run, frames, sent } = createWorld();
  const hook = (name: string) => frames.current()!.beforeCommit(async () => void sent.push(`hook ${name}`));
  const { promise: given, resolve: give } = Promise.withResolvers<(statement: string) => Promise<void>>();
  await run(
    async (work, send) => {
      give(send);
      await work();
      await send('commit');
    },
    async () => {
      const send = await given;
      hook('before');
      await send('savepoint a');
      hook('in a');
      await send('savepoint b');
      hook('in b');
      await send('savepoint "A"');
      await send('rollback to savepoint "A"');
      hook('in A');
      await send('rollback to b');
      hook('in b again');
      await send('rollback to nowhere');
      await send('release b');
      await send('rollback to savepoint b');
      hook('kept');
    },
  );
  expect(sent.filter((one) => one.startsWith('hook'))).toEqual(['hook before', 'hook in a', 'hook in b again', 'hook kept']);
});

test('a transaction whose COMMIT has failed is rolled back at once, and the ORM need not do it again', async () => {
  const { run, frames, sent } = createWorld();
  const late = new Error('late');
  const failing = run(
    async (work, send) => {
      await work();
      await send('commit').catch((error: unknown) => send('rollback').then(() => Promise.reject(new Error('wrapped', { cause: error }))));
    },
    async () => frames.current()!.beforeCommit(() => Promise.reject(late)),
  );
  expect(await failing.catch((error: unknown) => error)).toBe(late);
  expect(sent).toEqual(['rollback']);
});

test('a connection that cannot be rolled back is discarded, the ORM hears of it, and the error stays the first', async () => {
  const world = createWorld();
  const late = new Error('late');
  const heard: unknown[] = [];
  const failing = world.run(
    async (work, send) => {
      await work();
      world.isLost = true;
      await send('commit').catch((error: unknown) => heard.push(error));
      await send('rollback').catch((error: Error) => heard.push(error.message));
      throw new Error('wrapped');
    },
    async () => world.frames.current()!.beforeCommit(() => Promise.reject(late)),
  );
  expect(await failing.catch((error: unknown) => error)).toBe(late);
  expect(heard).toEqual([late, 'lost']);
  expect(world.sent).toEqual(['rollback', 'discarded']);
});
