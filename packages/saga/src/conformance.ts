/** What every saga store has to keep, as a suite: a store's own test names it in a few lines. */
import { randomUUID } from 'node:crypto';
import type { SqlSession } from '@banyan/outbox/transactions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint, ClaimedSaga, NewSaga, SagaStore, Wanted } from './store.ts';

export interface StoreUnderTest {
  /** One process's view of the same sagas; every call gives another. */
  connect(): SagaStore;
  /** Commits when the work resolves, rolls back when it rejects. */
  inTransaction<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const longMs = 600_000;
const shortMs = 100;

/** @param makeStore an empty store */
export function describeSagaStore(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps what a saga store promises`, () => {
    let world: StoreUnderTest;
    let store: SagaStore;
    beforeEach(async () => {
      world = await makeStore();
      store = world.connect();
    });
    afterEach(() => world.close());

    const newSaga = (rest: Partial<NewSaga> = {}): NewSaga => ({
      name: 'order',
      key: randomUUID(),
      version: 1,
      input: { item: 'book' },
      arms: ['reserve'],
      limitMs: longMs,
      correlationId: 'c1',
      isUnowned: false,
      ...rest,
    });
    const leaseOf = async (of = store, forMs = longMs) => (await of.lease({ holder: 'test', forMs }))!.token;
    const wanted = (rest: Partial<Wanted> = {}): Wanted => ({ max: 10, sagas: ['order/1'], events: [], strandedAfterMs: longMs, ...rest });
    const begin = async (token: string, rest: Partial<NewSaga> = {}) => {
      const saga = randomUUID();
      expect(await store.write(token, [{ saga, start: newSaga(rest) }])).toEqual(new Set([saga]));
      return saga;
    };
    const give = (saga: string, wakeInMs: number | undefined, more: Partial<Checkpoint> = {}): Checkpoint => ({
      saga,
      change: { state: 'running', release: { wakeInMs } },
      ...more,
    });
    const park = (saga: string, key: string, claims = 0, passedOver: string[] = []): Checkpoint => ({
      saga,
      claims,
      change: { state: 'running', release: { wakeInMs: longMs }, wait: { topic: 'order/paid', key, withinMs: longMs, passedOver } },
    });
    const keep = (key: string, eventId: string) =>
      world.inTransaction((session) => store.keep(session, [{ topic: 'order/paid', key, eventId, event: { id: eventId } }]));
    const claimOne = async (token: string, rest: Partial<Wanted> = {}): Promise<ClaimedSaga | undefined> => {
      const { sagas } = await store.claim(token, wanted(rest));
      expect(sagas.length).toBeLessThanOrEqual(1);
      return sagas[0];
    };

    it('starts a saga of one name and key once', async () => {
      const token = await leaseOf();
      const ids = Array.from({ length: 8 }, () => randomUUID());
      const start = newSaga({ key: 'same' });
      const started = await Promise.all(ids.map((saga) => store.write(token, [{ saga, start }])));
      expect(started.flatMap((some) => [...some])).toHaveLength(1);
      const [found] = await store.find({ keys: [{ name: 'order', key: 'same' }] });
      expect(found).toMatchObject({
        id: [...started.find(({ size }) => size === 1)!][0],
        state: 'running',
        input: { item: 'book' },
        records: [],
      });
    });

    it('writes records of many sagas at once, in their order, and each number once', async () => {
      const token = await leaseOf();
      const sagas = [await begin(token), await begin(token)];
      const checkpoints = sagas.map((saga): Checkpoint => ({
        saga,
        number: 1,
        records: [{ kind: 'done', step: 'reserve', arms: ['charge'], content: { result: { ok: true } } }, { kind: 'completed' }],
        change: { state: 'completed', release: { wakeInMs: undefined }, end: { result: 'thanks', marks: ['late'] } },
      }));
      expect(await store.write(token, checkpoints)).toEqual(new Set(sagas));
      expect(await store.write(token, checkpoints)).toEqual(new Set());
      const [saga] = await store.find({ ids: [sagas[0]!], withRecords: true });
      expect(saga).toMatchObject({ state: 'completed', result: 'thanks', marks: ['late'], endedAt: expect.any(String) as string });
      expect(saga!.records).toMatchObject([
        { number: 1, kind: 'done', step: 'reserve', arms: ['charge'], content: { result: { ok: true } } },
        { number: 2, kind: 'completed' },
      ]);
    });

    it('makes no change without its records', async () => {
      const token = await leaseOf();
      const saga = await begin(token);
      await store.write(token, [{ saga, number: 1, records: [{ kind: 'armed', step: 'reserve' }] }]);
      const late: Checkpoint = {
        saga,
        number: 1,
        records: [{ kind: 'completed' }],
        change: { state: 'completed', release: { wakeInMs: undefined } },
      };
      expect(await store.write(token, [late])).toEqual(new Set());
      expect((await store.find({ ids: [saga] }))[0]?.state).toBe('running');
    });

    it('writes within a transaction, or not at all', async () => {
      const token = await leaseOf();
      const saga = await begin(token);
      const record: Checkpoint = { saga, number: 1, records: [{ kind: 'done', step: 'reserve' }] };
      const rolledBack = world.inTransaction(async (session) => {
        expect(await store.write(token, [record], session)).toEqual(new Set([saga]));
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      expect((await store.find({ ids: [saga], withRecords: true }))[0]!.records).toEqual([]);
      await world.inTransaction((session) => store.write(token, [record], session));
      expect(await world.inTransaction((session) => store.write(token, [record], session))).toEqual(new Set());
      expect((await store.find({ ids: [saga], withRecords: true }))[0]!.records).toHaveLength(1);
    });

    it('starts an unowned saga within a transaction, without a lease', async () => {
      const token = await leaseOf();
      const saga = randomUUID();
      await world.inTransaction((session) => store.write(undefined, [{ saga, start: newSaga({ isUnowned: true }) }], session));
      expect(await claimOne(token)).toMatchObject({ id: saga, claims: 1, arms: ['reserve'] });
      expect(await claimOne(token)).toBeUndefined();
    });

    it('hands a saga to one process at a time, when it is due', async () => {
      const [one, other] = [await leaseOf(), await leaseOf(world.connect())];
      const sagas = await Promise.all(Array.from({ length: 20 }, () => begin(one)));
      await store.write(
        one,
        sagas.map((saga, at) => give(saga, at < 10 ? 0 : longMs)),
      );
      const claimed = await Promise.all(
        [one, other, one, other].map(async (token) => (await world.connect().claim(token, wanted({ max: 4 }))).sagas.map(({ id }) => id)),
      );
      const rest = await store.claim(one, wanted({ max: 20 }));
      const all = [...claimed.flat(), ...rest.sagas.map(({ id }) => id)];
      expect(all.toSorted()).toEqual(sagas.slice(0, 10).toSorted());
    });

    it('ignores a change under an older claim', async () => {
      const token = await leaseOf();
      const saga = await begin(token);
      await store.write(token, [give(saga, 0)]);
      expect((await claimOne(token))?.claims).toBe(1);
      expect(await store.write(token, [give(saga, 0)])).toEqual(new Set());
      expect(await claimOne(token)).toBeUndefined();
      await store.write(token, [give(saga, 0, { claims: 1 })]);
      expect((await claimOne(token))?.claims).toBe(2);
    });

    it('gives the sagas of an expired lease to others and writes nothing more under it', async () => {
      const slow = await leaseOf(store, shortMs);
      const saga = await begin(slow);
      const other = await leaseOf(world.connect());
      let claimed: ClaimedSaga | undefined;
      await expect
        .poll(async () => {
          await store.lease({ token: other, holder: 'test', forMs: longMs });
          claimed = await claimOne(other);
          return claimed?.id;
        })
        .toBe(saga);
      expect(claimed?.takenOver).toBe(1);
      const late: Checkpoint = { saga, number: 1, records: [{ kind: 'done', step: 'reserve' }] };
      await expect(store.write(slow, [late])).rejects.toMatchObject({ code: 'SAGA_FENCED' });
      await expect(world.inTransaction((session) => store.write(slow, [late], session))).rejects.toMatchObject({ code: 'SAGA_FENCED' });
      expect(await store.lease({ token: slow, holder: 'test', forMs: longMs })).toBeUndefined();
      expect((await store.claim(slow, wanted())).sagas).toEqual([]);
      expect((await store.find({ ids: [saga], withRecords: true }))[0]!.records).toEqual([]);
    });

    it('keeps a lease that is renewed, and tells whether it is the only one', async () => {
      const first = await store.lease({ holder: 'test', forMs: longMs });
      expect(first?.isAlone).toBe(true);
      const second = await leaseOf(world.connect());
      expect(await store.lease({ token: first!.token, holder: 'test', forMs: longMs })).toEqual({ token: first!.token, isAlone: false });
      await store.lease({ token: second, holder: 'test', forMs: 0 });
      expect(await store.lease({ token: first!.token, holder: 'test', forMs: longMs })).toEqual({ token: first!.token, isAlone: true });
    });

    it('frees at once what a lease that is given back owned', async () => {
      const [one, other] = [await leaseOf(), await leaseOf(world.connect())];
      const saga = await begin(one);
      await store.lease({ token: one, holder: 'test', forMs: 0 });
      expect(await claimOne(other)).toMatchObject({ id: saga, takenOver: 0 });
    });

    it('hands over again what its lease owns and nobody runs, to whoever tells what is run', async () => {
      const token = await leaseOf();
      const [run, stray] = [await begin(token), await begin(token)];
      expect(await claimOne(token)).toBeUndefined();
      const among = (underWay: readonly string[], lostStarts: readonly string[] = []) => ({ events: { underWay, lostStarts } });
      expect(await claimOne(token, among([run]))).toBeUndefined(); // it may be a start that is not yet answered
      expect(await claimOne(token, among([run, stray], [stray]))).toBeUndefined();
      expect(await claimOne(token, among([run], [stray]))).toMatchObject({ id: stray, claims: 1 });
      expect(await claimOne(token, among([run, stray]))).toBeUndefined();
      expect(await claimOne(token, among([run]))).toMatchObject({ id: stray, claims: 2 });
      expect(await claimOne(await leaseOf(), among([], [run]))).toBeUndefined();
    });

    it('brings an event and a wait together, whichever comes first', async () => {
      const token = await leaseOf();
      const [early, late] = [await begin(token), await begin(token)];
      await keep('k1', 'e1');
      await store.write(token, [park(early, 'k1'), park(late, 'k2')]);
      const at = (key: string) => ({ events: [{ topic: 'order/paid', key }] });
      expect(await claimOne(token, at('k2'))).toBeUndefined();
      expect(await claimOne(token, at('k1'))).toMatchObject({ id: early, events: [{ eventId: 'e1', event: { id: 'e1' } }] });
      await keep('k2', 'e2');
      await keep('k2', 'e2');
      expect(await claimOne(token, { events: { keptWithinMs: longMs } })).toMatchObject({ id: late, events: [{ eventId: 'e2' }] });
    });

    it('gives an event to every saga that waits for it, but to none that began after it or has passed it over', async () => {
      const token = await leaseOf();
      const [one, other] = [await begin(token), await begin(token)];
      await keep('k', 'e1');
      const later = await begin(token);
      await store.write(token, [park(one, 'k'), park(other, 'k', 0, ['e1']), park(later, 'k')]);
      const claimed = await store.claim(token, wanted({ events: [{ topic: 'order/paid', key: 'k' }] }));
      expect(claimed.sagas.map(({ id }) => id)).toEqual([one]);
      await keep('k', 'e2');
      const more = await store.claim(token, wanted({ events: [{ topic: 'order/paid', key: 'k' }] }));
      const eventsById = new Map(more.sagas.map(({ id, events }) => [id, events.map(({ eventId }) => eventId)]));
      expect(eventsById).toEqual(
        new Map([
          [other, ['e2']],
          [later, ['e2']],
        ]),
      );
    });

    it('keeps no event of a transaction that is rolled back', async () => {
      const token = await leaseOf();
      const saga = await begin(token);
      await store.write(token, [park(saga, 'k')]);
      const rolledBack = world.inTransaction(async (session) => {
        await store.keep(session, [{ topic: 'order/paid', key: 'k', eventId: 'e1', event: {} }]);
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      expect(await claimOne(token, { events: { keptWithinMs: longMs } })).toBeUndefined();
    });

    it('wakes a wait whose time is over, and knows how much is left of it and of the saga', async () => {
      const token = await leaseOf();
      const saga = await begin(token, { limitMs: 1_000 });
      const wait = { topic: 'order/paid', key: 'k', withinMs: shortMs, passedOver: [] };
      await store.write(token, [{ saga, change: { state: 'running', release: { wakeInMs: shortMs }, wait } }]);
      let claimed: ClaimedSaga | undefined;
      await expect.poll(async () => (claimed = await claimOne(token))?.id).toBe(saga);
      expect(claimed?.waitLeftMs).toBeLessThanOrEqual(0);
      expect(claimed?.deadlineLeftMs).toBeLessThan(1_000 - shortMs + 1);
    });

    it('leaves alone what the caller cannot run, until nobody else has for long', async () => {
      const token = await leaseOf();
      const saga = await begin(token, { version: 7 });
      await store.write(token, [give(saga, 0)]);
      expect(await claimOne(token)).toBeUndefined();
      expect((await claimOne(token, { sagas: ['order/7'], max: 0 }))?.id).toBeUndefined();
      expect((await claimOne(token, { strandedAfterMs: 0 }))?.id).toBe(saga);
    });

    it('leaves one request at a time with a saga, and shows it to whoever owns it', async () => {
      const token = await leaseOf();
      const saga = await begin(token);
      const request = { action: 'compensate', by: 'ann', reason: 'asked' } as const;
      expect(await store.request(saga, request, ['needs-operator'])).toBe(false);
      expect(await store.request(saga, request, ['running'])).toBe(true);
      expect(await store.request(saga, request, ['running'])).toBe(false);
      expect((await store.claim(token, wanted({ max: 0 }))).requests).toEqual([{ id: saga, request }]);
      await store.write(token, [{ saga, change: { state: 'needs-operator', release: { wakeInMs: undefined }, isAnswered: true } }]);
      expect(await claimOne(token)).toBeUndefined();
      expect(await store.request(saga, request, ['needs-operator'])).toBe(true);
      expect(await claimOne(token)).toMatchObject({ id: saga, state: 'needs-operator', request });
    });

    it('finds by name, state and key, the youngest first', async () => {
      const token = await leaseOf();
      const first = await begin(token, { key: 'a' });
      const second = await begin(token, { key: 'b', name: 'parcel' });
      expect((await store.find({})).map(({ id }) => id)).toEqual([second, first]);
      expect((await store.find({ name: 'parcel' })).map(({ id }) => id)).toEqual([second]);
      expect(await store.find({ states: ['needs-operator'] })).toEqual([]);
      expect((await store.find({ keys: [{ name: 'order', key: 'a' }], limit: 1 })).map(({ id }) => id)).toEqual([first]);
    });
  });
}
