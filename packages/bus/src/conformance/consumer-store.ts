/** The suite of consumer stores: what the seam promises, with several instances on one database. */
import { afterEach, describe, expect, test } from 'vitest';
import type { ConsumerStore, DeadLetters, InboxEntry, NewSetAside, SetAside } from '../consumer-store.ts';

/** A database that nobody else uses. */
export interface StoreUnderTest<Session> {
  /** An instance of its own, as another process would have. */
  createStore(): Promise<ConsumerStore<Session> & DeadLetters>;
  /** Adds the text to a list in the database, in the transaction of the session. */
  writeEffect(session: Session, text: string): Promise<void>;
  /** The list, in the order in which it was committed. */
  effects(): Promise<readonly string[]>;
  close(): Promise<void>;
}

type Store<Session> = ConsumerStore<Session> & DeadLetters;

interface Opened<Session> {
  readonly database: StoreUnderTest<Session>;
  readonly store: Store<Session>;
  /** A second instance. */
  readonly other: Store<Session>;
  /** An effect that leaves a text. */
  readonly leaving: (text: string) => (session: Session) => Promise<void>;
  /** An attempt that leaves the id of the entry's event. */
  readonly leaveId: (session: Session, entry: SetAside) => Promise<void>;
}

type Open<Session> = () => Promise<Opened<Session>>;

const group = 'billing';
const decision = { by: 'ada', why: 'the order was cancelled by telephone' };
const limits = { timeout: 90_000 };

/** Declares the suite; `makeDatabase` is called once per test. */
export function describeConsumerStore<Session>(name: string, makeDatabase: () => Promise<StoreUnderTest<Session>>): void {
  describe(`consumer store: ${name}`, limits, () => {
    const opened: StoreUnderTest<Session>[] = [];
    const open: Open<Session> = async () => {
      const database = await makeDatabase();
      opened.push(database);
      return {
        database,
        store: await database.createStore(),
        other: await database.createStore(),
        leaving: (text) => (session) => database.writeEffect(session, text),
        leaveId: (session, entry) => database.writeEffect(session, entry.eventId),
      };
    };
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close();
    });
    describeHandling(open);
    describeSettingAside(open);
    describeRetrying(open);
    describeOperating(open);
  });
}

function describeHandling<Session>(open: Open<Session>): void {
  test('an event takes effect once, however often and wherever it is tried', async () => {
    const { store, other, leaving, database } = await open();
    const tries = Array.from({ length: 16 }, (_, index) => [store, other][index % 2]!.handle(entryOf('e1'), leaving('e1')));
    const results = await Promise.all(tries);
    expect(results.filter((result) => result === 'handled')).toHaveLength(1);
    expect(results.filter((result) => result === 'duplicate')).toHaveLength(15);
    expect(await database.effects()).toEqual(['e1']);
  });

  test('an effect that fails leaves nothing behind, and its error is thrown', async () => {
    const { store, leaving, database } = await open();
    const failing = async (session: Session) => {
      await leaving('half')(session);
      throw new Error('no stock');
    };
    await expect(store.handle(entryOf('e1'), failing)).rejects.toThrow('no stock');
    expect(await database.effects()).toEqual([]);
    expect(await store.handle(entryOf('e1'), leaving('whole'))).toBe('handled');
    expect(await database.effects()).toEqual(['whole']);
  });

  test('when the first of two tries fails, the second takes effect', async () => {
    const { store, other, leaving, database } = await open();
    const failed = store.handle(entryOf('e1'), () => Promise.reject(new Error('no stock')));
    const results = await Promise.allSettled([failed, other.handle(entryOf('e1'), leaving('e1'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await database.effects()).toEqual(['e1']);
  });

  test('keys do not wait for each other', async () => {
    const { store, other, leaving } = await open();
    const { promise: otherKeyIsHandled, resolve } = Promise.withResolvers<void>();
    const slow = store.handle(entryOf('e1', 'key-1'), () => otherKeyIsHandled);
    expect(await other.handle(entryOf('e2', 'key-2'), leaving('e2'))).toBe('handled');
    resolve();
    expect(await slow).toBe('handled');
  });

  test('groups and generations know nothing of each other', async () => {
    const { store, leaving, database } = await open();
    const entry = entryOf('e1');
    for (const one of [entry, { ...entry, group: 'shipping' }, { ...entry, generation: 1 }]) {
      expect(await store.handle(one, leaving(`${one.group} ${one.generation}`))).toBe('handled');
    }
    await store.setAside(asideOf('e2', { state: 'dead' }));
    expect(await store.handle(entryOf('e3'), leaving('never'))).toBe('blocked');
    expect(await store.handle({ ...entryOf('e3'), group: 'shipping' }, leaving('shipping e3'))).toBe('handled');
    expect(await store.handle({ ...entryOf('e3'), generation: 1 }, leaving('1 e3'))).toBe('handled');
    expect(await database.effects()).toEqual(['billing 0', 'shipping 0', 'billing 1', 'shipping e3', '1 e3']);
  });

  test('what was handled is forgotten when it is old enough, what is set aside is not', async () => {
    const { store, leaving } = await open();
    await store.handle(entryOf('e1', 'key-1'), leaving('e1'));
    await store.setAside(asideOf('e2', { partitionKey: 'key-2', state: 'dead' }));
    expect(await store.prune(3_600_000)).toBe(0);
    expect(await store.handle(entryOf('e1', 'key-1'), leaving('never'))).toBe('duplicate');
    expect(await store.prune(0)).toBe(1);
    expect(await store.handle(entryOf('e1', 'key-1'), leaving('again'))).toBe('handled');
    expect(await store.setAside(asideOf('e2', { partitionKey: 'key-2' }))).toBe('duplicate');
  });
}

function describeSettingAside<Session>(open: Open<Session>): void {
  test('an event is handled or set aside, never both, whoever is first', async () => {
    const { store, other, leaving, database } = await open();
    for (let round = 0; round < 20; round += 1) {
      const id = `e${round}`;
      const key = `key-${round}`;
      const handle = () => store.handle(entryOf(id, key), leaving(id));
      const setAside = () => other.setAside(asideOf(id, { partitionKey: key, state: 'dead' }));
      const results = new Set(await Promise.all(round % 2 === 0 ? [handle(), setAside()] : [setAside(), handle()]));
      expect(results.has('handled') !== results.has('set-aside'), [...results].join()).toBe(true);
      expect(results.has('duplicate'), [...results].join()).toBe(true);
      expect((await database.effects()).includes(id)).toBe(results.has('handled'));
      expect(await store.list({ group, limit: 100 }).then((entries) => entries.some(({ eventId }) => eventId === id))).toBe(
        results.has('set-aside'),
      );
    }
  });

  test('a key with something set aside is blocked, in every instance; other keys and events without a key flow', async () => {
    const { store, other, leaving, database } = await open();
    expect(await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 600_000 }))).toBe('set-aside');
    expect(await store.handle(entryOf('e1'), leaving('never'))).toBe('duplicate');
    for (const instance of [store, other]) expect(await instance.handle(entryOf('e2'), leaving('never'))).toBe('blocked');
    expect(await other.handle(entryOf('e3', 'key-2'), leaving('e3'))).toBe('handled');
    await store.setAside(asideOf('e4', { partitionKey: '', state: 'dead' }));
    expect(await other.handle(entryOf('e5', ''), leaving('e5'))).toBe('handled');
    expect(await database.effects()).toEqual(['e3', 'e5']);
  });

  test('what waits is only taken while its key is blocked', async () => {
    const { store, other, leaveId, leaving } = await open();
    expect(await store.setAside(waitingOf('e2'))).toBe('clear');
    await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 0 }));
    expect(await other.setAside(waitingOf('e2'))).toBe('set-aside');
    expect(await other.setAside(waitingOf('e2'))).toBe('duplicate');
    for (const _ of ['e1', 'e2']) expect(await store.retryDue(group, leaveId)).toMatchObject({ outcome: 'handled' });
    expect(await store.setAside(waitingOf('e3'))).toBe('clear');
    expect(await store.handle(entryOf('e3'), leaving('e3'))).toBe('handled');
  });

  test('an event that comes while the last entry before it is handled is neither lost nor early', async () => {
    const { store, other, leaving, leaveId, database } = await open();
    const waitOrHandle = async (id: string, key: string) => {
      for (;;) {
        if ((await other.handle(entryOf(id, key), leaving(id))) !== 'blocked') return;
        if ((await other.setAside(waitingOf(id, key))) !== 'clear') return;
      }
    };
    for (let round = 0; round < 20; round += 1) {
      const key = `key-${round}`;
      await store.setAside(asideOf(`${key} 1`, { partitionKey: key, state: 'deferred', dueInMs: 0 }));
      await Promise.all([store.retryDue(group, leaveId), waitOrHandle(`${key} 2`, key)]);
      while ((await store.retryDue(group, leaveId)) !== undefined);
      expect((await database.effects()).filter((text) => text.startsWith(`${key} `))).toEqual([`${key} 1`, `${key} 2`]);
    }
  });

  test('keeps whatever came, and gives it back as it was', async () => {
    const { store, database } = await open();
    const contents: unknown[] = [
      'no JSON \0 at all',
      { text: 'NUL \0, lone \ud800, €😀', deep: [{ null: null, number: 1.5 }] },
      null,
      42,
      'x'.repeat(1_000_000),
    ];
    for (const [index, content] of contents.entries()) {
      const entry = asideOf(`not-a-uuid/${index}`, {
        partitionKey: '',
        content,
        state: 'dead',
        reason: 'unreadable',
        error: 'It is not "readable": €😀',
      });
      expect(await store.setAside(entry)).toBe('set-aside');
    }
    const kept = await (await database.createStore()).list({ group });
    expect(kept.map(({ content }) => content)).toEqual(contents);
    expect(kept[0]).toMatchObject({ eventId: 'not-a-uuid/0', reason: 'unreadable', error: 'It is not "readable": €😀', state: 'dead' });
    expect(Number.isNaN(Date.parse(kept[0]!.setAsideAt))).toBe(false);
  });
}

function describeRetrying<Session>(open: Open<Session>): void {
  test('hands out what is due, oldest of its key first, and unblocks the key with the last', async () => {
    const { store, other, leaving, leaveId, database } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 0 }));
    for (const id of ['e2', 'e3']) await store.setAside(waitingOf(id));
    for (const [index, id] of ['e1', 'e2', 'e3'].entries()) {
      expect(await other.handle(entryOf('e4'), leaving('never'))).toBe('blocked');
      expect(await [store, other][index % 2]!.retryDue(group, leaveId)).toMatchObject({
        entry: { eventId: id, partitionKey: 'key-1' },
        outcome: 'handled',
      });
    }
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await other.handle(entryOf('e4'), leaving('e4'))).toBe('handled');
    expect(await other.handle(entryOf('e1'), leaving('never'))).toBe('duplicate');
    expect(await database.effects()).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(await store.list({ group })).toEqual([]);
  });

  test('what is not due, or not of the group, is not handed out', async () => {
    const { store, leaveId } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 600_000 }));
    await store.setAside(waitingOf('e2'));
    await store.setAside(asideOf('e3', { partitionKey: 'key-2', state: 'dead' }));
    await store.setAside(waitingOf('e4', 'key-2'));
    await store.setAside({ ...asideOf('e5', { partitionKey: 'key-3', state: 'deferred', dueInMs: 0 }), group: 'shipping' });
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await store.retryDue('shipping', leaveId)).toMatchObject({ entry: { eventId: 'e5' } });
  });

  test('without a key each entry stands alone', async () => {
    const { store, leaveId } = await open();
    await store.setAside(asideOf('e1', { partitionKey: '', state: 'dead' }));
    await store.setAside(asideOf('e2', { partitionKey: '', state: 'deferred', dueInMs: 0 }));
    expect(await store.retryDue(group, leaveId)).toMatchObject({ entry: { eventId: 'e2' } });
  });

  test('two instances take one entry each, and never two of one key', async () => {
    const { store, other, database } = await open();
    for (const key of ['key-1', 'key-2']) {
      await store.setAside(asideOf(`${key} 1`, { partitionKey: key, state: 'deferred', dueInMs: 0 }));
      await store.setAside(waitingOf(`${key} 2`, key));
    }
    const begun: string[] = [];
    const { promise: bothHaveBegun, resolve } = Promise.withResolvers<void>();
    const attempt = async (session: Session, entry: SetAside) => {
      begun.push(entry.eventId);
      if (begun.length === 2) resolve();
      await bothHaveBegun;
      await database.writeEffect(session, entry.eventId);
    };
    const both = Promise.all([store.retryDue(group, attempt), other.retryDue(group, attempt)]);
    await bothHaveBegun;
    expect(await (await database.createStore()).retryDue(group, attempt)).toBeUndefined();
    expect((await both).map((result) => result?.outcome)).toEqual(['handled', 'handled']);
    expect([...begun].sort()).toEqual(['key-1 1', 'key-2 1']);
    expect([...(await database.effects())].sort()).toEqual(['key-1 1', 'key-2 1']);
  });

  test('an attempt that fails leaves the entry as it was; postponing moves it, and its key stays blocked', async () => {
    const { store, leaving, leaveId, database } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', attempts: 3, dueInMs: 0 }));
    const failing = async (session: Session) => {
      await leaving('half')(session);
      throw new Error('still no stock');
    };
    const failed = await store.retryDue(group, failing);
    expect(failed).toMatchObject({ entry: { eventId: 'e1', attempts: 3 }, outcome: { failed: { message: 'still no stock' } } });
    expect(await database.effects()).toEqual([]);
    await store.postpone(failed!.entry, { state: 'deferred', attempts: 4, dueInMs: 600_000, error: 'still no stock' });
    expect(await store.list({ group })).toMatchObject([{ state: 'deferred', attempts: 4, error: 'still no stock' }]);
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await store.handle(entryOf('e2'), leaving('never'))).toBe('blocked');
    const [postponed] = (await store.list({ group })) as [SetAside];
    await store.postpone(postponed, { state: 'deferred', attempts: 5, dueInMs: 50, error: 'still no stock' });
    await expect.poll(async () => (await store.retryDue(group, leaveId))?.outcome, { timeout: 20_000 }).toBe('handled');
    await store.postpone(postponed, { state: 'dead', attempts: 6, reason: 'failed', error: 'late' });
    expect(await store.list({ group })).toEqual([]);
    expect(await store.handle(entryOf('e2'), leaving('e2'))).toBe('handled');
  });

  test('postponing what was moved meanwhile does nothing', async () => {
    const { store, other } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', attempts: 3, dueInMs: 0 }));
    const [tried] = (await store.list({ group })) as [SetAside];
    await store.postpone(tried, { state: 'dead', attempts: 4, reason: 'failed', error: 'no stock' });
    await other.postpone(tried, { state: 'deferred', attempts: 4, dueInMs: 0, error: 'late' });
    expect(await store.list({ group })).toMatchObject([{ state: 'dead', attempts: 4, error: 'no stock' }]);
    expect(await store.redrive({ group })).toBe(1);
    await other.postpone(tried, { state: 'dead', attempts: 5, reason: 'failed', error: 'late' });
    expect(await store.list({ group })).toMatchObject([{ state: 'deferred', attempts: 0 }]);
  });

  test('an attempt from before a redrive does not undo it, although both have no attempts behind them', async () => {
    const { store, other } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', attempts: 0, dueInMs: 0 }));
    const [tried] = (await store.list({ group })) as [SetAside];
    const dead = { state: 'dead', attempts: 1, reason: 'failed', error: 'no stock' } as const;
    await store.postpone(tried, dead);
    expect(await store.redrive({ group })).toBe(1);
    await other.postpone(tried, { ...dead, error: 'told late' });
    expect(await store.list({ group })).toMatchObject([{ state: 'deferred', attempts: 0, error: 'no stock' }]);
  });
}

function describeOperating<Session>(open: Open<Session>): void {
  test('a dead event parks its key while others flow; redriving it goes on in order', async () => {
    const { store, leaving, leaveId, database } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 0 }));
    for (const id of ['e2', 'e3']) await store.setAside(waitingOf(id));
    const [first] = (await store.list({ group, state: 'deferred' })) as [SetAside];
    await store.postpone(first, { state: 'dead', attempts: 4, reason: 'failed', error: 'no stock' });
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await store.handle(entryOf('e4', 'key-2'), leaving('e4'))).toBe('handled');
    expect(await store.list({ group, state: 'dead' })).toMatchObject([{ eventId: 'e1', reason: 'failed', attempts: 4, error: 'no stock' }]);
    expect(await store.redrive({ group })).toBe(1);
    expect(await store.list({ group })).toMatchObject([
      { eventId: 'e1', state: 'deferred', attempts: 0 },
      { eventId: 'e2' },
      { eventId: 'e3' },
    ]);
    while ((await store.retryDue(group, leaveId)) !== undefined);
    expect(await database.effects()).toEqual(['e4', 'e1', 'e2', 'e3']);
  });

  test('redriving a later dead event of a key leaves it behind the earlier one', async () => {
    const { store, leaveId } = await open();
    for (const id of ['e1', 'e2']) await store.setAside(asideOf(id, { state: 'dead' }));
    const second = (await store.list({ group })).find(({ eventId }) => eventId === 'e2')!;
    expect(await store.redrive({ ids: [second.id] })).toBe(1);
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await store.redrive({ group })).toBe(1);
    for (const id of ['e1', 'e2']) expect(await store.retryDue(group, leaveId)).toMatchObject({ entry: { eventId: id } });
  });

  test('discarding a dead event lets its key go on; when it comes again it is a duplicate', async () => {
    const { store, leaving, leaveId, database } = await open();
    await store.setAside(asideOf('e1', { state: 'dead' }));
    await store.setAside(waitingOf('e2'));
    expect(await store.discard({ group }, decision)).toBe(1);
    expect(await store.retryDue(group, leaveId)).toMatchObject({ entry: { eventId: 'e2' }, outcome: 'handled' });
    await store.setAside(asideOf('e3', { state: 'dead' }));
    expect(await store.discard({ group }, decision)).toBe(1);
    expect(await store.handle(entryOf('e4'), leaving('e4'))).toBe('handled');
    expect(await store.handle(entryOf('e1'), leaving('never'))).toBe('duplicate');
    expect(await database.effects()).toEqual(['e2', 'e4']);
  });

  test('what is discarded is kept, with who and why; discarding a later one of a key leaves the earlier one where it is', async () => {
    const { store, other, leaving, leaveId, database } = await open();
    for (const id of ['e1', 'e2']) await store.setAside(asideOf(id, { state: 'dead', content: { id, note: 'as it came' } }));
    await store.setAside(waitingOf('e3'));
    const second = (await store.list({ group })).find(({ eventId }) => eventId === 'e2')!;
    expect(await store.discard({ ids: [second.id] }, decision)).toBe(1);
    expect(await other.discarded({ group })).toEqual([{ ...second, ...decision, discardedAt: expect.any(String) as string }]);
    expect(await store.discarded({ group: 'shipping' })).toEqual([]);
    expect(await store.discard({ ids: [second.id] }, decision)).toBe(0);
    expect(await store.retryDue(group, leaveId)).toBeUndefined();
    expect(await store.redrive({ ids: [second.id] })).toBe(0);
    expect(await store.redrive({ group })).toBe(1);
    while ((await store.retryDue(group, leaveId)) !== undefined);
    expect(await store.handle(entryOf('e2'), leaving('never'))).toBe('duplicate');
    expect(await database.effects()).toEqual(['e1', 'e3']);
  });

  test('what is not dead is neither redriven nor discarded', async () => {
    const { store } = await open();
    await store.setAside(asideOf('e1', { state: 'deferred', dueInMs: 600_000 }));
    await store.setAside(waitingOf('e2'));
    expect(await store.redrive({ group })).toBe(0);
    expect(await store.discard({ group }, decision)).toBe(0);
    expect(await store.list({ group })).toHaveLength(2);
  });

  test('lists, counts and acts on what is asked for', async () => {
    const { store } = await open();
    for (const [number, error] of ['no stock', 'no stock', 'no price'].entries()) {
      await store.setAside(asideOf(`e${number}`, { partitionKey: `key-${number}`, state: 'dead', error }));
    }
    await store.setAside(asideOf('e3', { partitionKey: 'key-3', state: 'dead', type: 'order.paid', error: 'no stock' }));
    await store.setAside({ ...asideOf('e4', { partitionKey: 'key-4', state: 'dead', error: 'no stock' }), group: 'shipping' });
    expect(idsOf(await store.list({}))).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect(idsOf(await store.list({ group, type: 'order.placed', error: 'no stock' }))).toEqual(['e0', 'e1']);
    expect(idsOf(await store.list({ group, limit: 1 }))).toEqual(['e0']);
    expect(await store.list({ group, ids: [] })).toEqual([]);
    const counts = await store.count({ group });
    expect([...counts].sort((one, other) => one.count - other.count).at(-1)).toEqual({
      group,
      type: 'order.placed',
      state: 'dead',
      error: 'no stock',
      count: 2,
      keys: 2,
    });
    expect(counts).toHaveLength(3);
    expect(await store.discard({ group, error: 'no price' }, decision)).toBe(1);
    expect(await store.redrive({ group, limit: 1 })).toBe(1);
    expect(idsOf(await store.list({ group, state: 'dead' }))).toEqual(['e1', 'e3']);
  });
}

function entryOf(eventId: string, partitionKey = 'key-1'): InboxEntry {
  return { group, generation: 0, eventId, partitionKey };
}

function asideOf(eventId: string, entry: Partial<NewSetAside>): NewSetAside {
  return {
    ...entryOf(eventId, entry.partitionKey),
    type: 'order.placed',
    content: { id: eventId },
    state: 'deferred',
    attempts: 3,
    reason: 'failed',
    error: 'no stock',
    ...entry,
  };
}

function waitingOf(eventId: string, partitionKey = 'key-1'): NewSetAside {
  return asideOf(eventId, {
    partitionKey,
    state: 'waiting',
    attempts: 0,
    reason: 'behind',
    error: 'An earlier event of its key is set aside.',
  });
}

function idsOf(entries: readonly SetAside[]): string[] {
  return entries.map(({ eventId }) => eventId);
}
