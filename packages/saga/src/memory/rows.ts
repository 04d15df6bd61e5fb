/** The rows of sagas in memory; everything here happens at once. */
import type { Clock } from '@banyan/bus/clock';
import { isResting, type SagaRecord } from '../state.ts';
import type {
  Address,
  Checkpoint,
  Claimed,
  ClaimedSaga,
  KeptEvent,
  Lease,
  LeaseRequest,
  OperatorRequest,
  SagaFilter,
  SagaStore,
  StoredSaga,
  Wanted,
} from '../store.ts';

export interface Rows {
  lease(request: LeaseRequest): Lease | undefined;
  isAlive(token: string): boolean;
  write(token: string | undefined, checkpoints: readonly Checkpoint[]): ReadonlySet<string>;
  wouldWrite(checkpoints: readonly Checkpoint[]): ReadonlySet<string>;
  claim(token: string, wanted: Wanted): Claimed;
  find(filter: SagaFilter): readonly StoredSaga[];
  keep(events: readonly KeptEvent[]): void;
  request: (...parameters: Parameters<SagaStore['request']>) => boolean;
  /** When the work throws, its staged writes are taken back; effects outside of these rows come after all that can throw. */
  atomically(work: () => void): void;
}

interface Row extends Omit<StoredSaga, 'startedAt' | 'endedAt' | 'records' | 'request' | 'result' | 'reason'> {
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly eventsFrom: number;
  readonly records: readonly SagaRecord[];
  readonly owner: string | undefined;
  readonly claims: number;
  readonly wakeAt: number | undefined;
  readonly wait: (Address & { readonly until: number }) | undefined;
  readonly passedOver: readonly string[];
  readonly endedAt: number | undefined;
  readonly result: unknown;
  readonly reason: string | undefined;
  readonly request: OperatorRequest | undefined;
}

interface EventRow extends KeptEvent {
  readonly position: number;
  readonly keptAt: number;
}

export function createRows(clock: Clock): Rows {
  const leases = new Map<string, number>();
  let sagas = new Map<string, Row>();
  let events: EventRow[] = [];
  let tokens = 0;

  const free = (tokens: readonly string[], takenOver: number) => {
    for (const row of sagas.values()) {
      if (row.owner === undefined || !tokens.includes(row.owner)) continue;
      sagas.set(row.id, { ...row, owner: undefined, wakeAt: clock.now(), takenOver: row.takenOver + takenOver });
    }
  };
  const lease: Rows['lease'] = ({ token, forMs }) => {
    const now = clock.now();
    if (token !== undefined && !leases.has(token)) return undefined;
    if (token !== undefined && forMs === 0) {
      leases.delete(token);
      free([token], 0);
      return undefined;
    }
    const held = token ?? String((tokens += 1));
    leases.set(held, now + forMs);
    const expired = [...leases].filter(([, until]) => until < now).map(([other]) => other);
    expired.forEach((other) => leases.delete(other));
    free(expired, 1);
    return { token: held, isAlone: leases.size === 1 };
  };

  const takenKey = (name: string, key: string) => [...sagas.values()].some((row) => row.name === name && row.key === key);
  /** Undefined when something else is there. */
  const rowAfter = (token: string | undefined, checkpoint: Checkpoint): Row | undefined => {
    const { saga: id, start, number = 1, records = [], change, claims = 0 } = checkpoint;
    const now = clock.now();
    if (start !== undefined) {
      if (takenKey(start.name, start.key)) return undefined;
      const { limitMs, isUnowned, ...known } = start;
      return {
        ...known,
        id,
        state: 'running',
        takenOver: 0,
        marks: [],
        startedAt: now,
        deadlineAt: now + limitMs,
        eventsFrom: events.length,
        records: [],
        owner: isUnowned ? undefined : token,
        claims: 0,
        wakeAt: isUnowned ? now : undefined,
        wait: undefined,
        passedOver: [],
        endedAt: undefined,
        result: undefined,
        reason: undefined,
        request: undefined,
      };
    }
    const row = sagas.get(id);
    if (row === undefined || (records.length > 0 && row.records.length !== number - 1)) return undefined;
    const isOurs = row.owner === token && row.claims === claims;
    if (records.length === 0 && !isOurs) return undefined;
    const at = new Date(now).toISOString();
    const recorded: Row = {
      ...row,
      records: [...row.records, ...records.map((record, offset) => ({ ...record, number: number + offset, at }))],
    };
    return change === undefined || !isOurs ? recorded : changed(recorded, change, now);
  };
  const write: Rows['write'] = (token, checkpoints) => {
    const written = new Set<string>();
    for (const checkpoint of checkpoints) {
      const row = rowAfter(token, checkpoint);
      if (row === undefined) continue;
      sagas.set(row.id, row);
      written.add(row.id);
    }
    return written;
  };
  const wouldWrite: Rows['wouldWrite'] = (checkpoints) => {
    const fits = ({ saga, start, number = 1, records = [] }: Checkpoint) =>
      start === undefined ? records.length === 0 || sagas.get(saga)?.records.length === number - 1 : !takenKey(start.name, start.key);
    return new Set(checkpoints.filter(fits).map(({ saga }) => saga));
  };

  const eventsFor = (row: Row): EventRow[] =>
    events.filter(
      ({ topic, key, position, eventId }) =>
        topic === row.wait?.topic && key === row.wait.key && position > row.eventsFrom && !row.passedOver.includes(eventId),
    );
  const claim: Rows['claim'] = (token, wanted) => {
    const now = clock.now();
    const isAwaited = (row: Row) => {
      const { events: where } = wanted;
      if ('underWay' in where || row.wait === undefined || !wanted.sagas.includes(`${row.name}/${row.version}`)) return false;
      if (!('keptWithinMs' in where))
        return where.some(({ topic, key }) => topic === row.wait?.topic && key === row.wait.key) && eventsFor(row).length > 0;
      return eventsFor(row).some(({ keptAt }) => keptAt >= now - where.keptWithinMs);
    };
    const isDue = (row: Row) =>
      row.wakeAt !== undefined &&
      row.wakeAt <= now &&
      (wanted.sagas.includes(`${row.name}/${row.version}`) || row.wakeAt <= now - wanted.strandedAfterMs);
    const isStray = ({ id, owner, claims }: Row) => {
      if (!('underWay' in wanted.events) || owner !== token) return false;
      return !wanted.events.underWay.includes(id) && (claims > 0 || wanted.events.lostStarts.includes(id));
    };
    const free = [...sagas.values()].filter(
      (row) => isStray(row) || (row.owner === undefined && (row.request !== undefined || isDue(row) || isAwaited(row))),
    );
    const taken = free.slice(0, wanted.max).map((row): ClaimedSaga => {
      sagas.set(row.id, { ...row, owner: token, claims: row.claims + 1 });
      return {
        ...toStored(row, true),
        claims: row.claims + 1,
        deadlineLeftMs: row.deadlineAt - now,
        ...(row.wait === undefined ? {} : { waitLeftMs: row.wait.until - now }),
        passedOver: row.passedOver,
        events: eventsFor(row).slice(0, 100),
      };
    });
    const requests = [...sagas.values()].flatMap(({ id, owner, request }) =>
      owner === token && request !== undefined ? [{ id, request }] : [],
    );
    return { sagas: taken, requests: requests.filter(({ id }) => taken.every((saga) => saga.id !== id)) };
  };

  return {
    lease,
    isAlive: (token) => leases.has(token),
    write,
    wouldWrite,
    claim,
    find: ({ ids, keys, name, states, withRecords = false, limit = 100 }) =>
      [...sagas.values()]
        .filter((row) => ids?.includes(row.id) ?? true)
        .filter((row) => keys?.some((one) => one.name === row.name && one.key === row.key) ?? true)
        .filter((row) => (name === undefined || row.name === name) && (states?.includes(row.state) ?? true))
        .toReversed()
        .slice(0, limit)
        .map((row) => toStored(row, withRecords)),
    keep: (kept) => {
      for (const event of kept) {
        const isKept = events.some((it) => it.topic === event.topic && it.key === event.key && it.eventId === event.eventId);
        if (!isKept) events.push({ ...event, position: events.length + 1, keptAt: clock.now() });
      }
    },
    request: (id, request, states) => {
      const row = sagas.get(id);
      if (row === undefined || row.request !== undefined || !states.includes(row.state)) return false;
      sagas.set(id, { ...row, request });
      return true;
    },
    atomically: (work) => {
      const before = { sagas: new Map(sagas), events: [...events] };
      try {
        work();
      } catch (error) {
        ({ sagas, events } = before);
        throw error;
      }
    },
  };
}

function changed(row: Row, change: NonNullable<Checkpoint['change']>, now: number): Row {
  const { state, release, wait, end, reason, isAnswered } = change;
  return {
    ...row,
    state,
    owner: release === undefined ? row.owner : undefined,
    wakeAt: release?.wakeInMs === undefined ? undefined : now + release.wakeInMs,
    wait: wait === undefined ? undefined : { topic: wait.topic, key: wait.key, until: now + wait.withinMs },
    passedOver: wait?.passedOver ?? [],
    input: change.input ?? row.input,
    result: end?.result ?? row.result,
    marks: end?.marks ?? row.marks,
    reason: reason ?? row.reason,
    request: isAnswered === true ? undefined : row.request,
    takenOver: isAnswered === true ? 0 : row.takenOver,
    endedAt: isResting(state) && state !== 'needs-operator' ? now : undefined,
  };
}

function toStored(row: Row, withRecords: boolean): StoredSaga {
  const { id, name, key, version, state, input, arms, correlationId, traceparent, takenOver, result, marks, reason, request } = row;
  return structuredClone({
    id,
    name,
    key,
    version,
    state,
    input,
    arms,
    correlationId,
    takenOver,
    marks,
    startedAt: new Date(row.startedAt).toISOString(),
    records: withRecords ? row.records : [],
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(row.endedAt === undefined ? {} : { endedAt: new Date(row.endedAt).toISOString() }),
    ...(result === undefined ? {} : { result }),
    ...(reason === undefined ? {} : { reason }),
    ...(request === undefined ? {} : { request }),
  });
}
