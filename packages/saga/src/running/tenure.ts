/** One lease of this process, from taking it to losing it: it is renewed, sagas are claimed under it and run, and nothing outlives it. */
import { report } from '../report.ts';
import type { Address, ClaimedSaga, Lease, SagaStore, Wanted } from '../store.ts';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import type { CourseWorld } from './course.ts';
import { beginCourse, type RunningCourse } from './run-course.ts';

export interface TenureWorld extends Pick<CourseWorld, 'transactions' | 'clock' | 'random' | 'definitionOf' | 'onRest' | 'stopping'> {
  readonly store: SagaStore;
  readonly holder: string;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly atOnce: number;
  readonly strandedAfterMs: number;
  /** `name/version` of every definition. */
  readonly sagas: readonly string[];
}

export interface Tenure {
  readonly token: string;
  readonly checkpoints: Checkpoints;
  readonly lost: AbortSignal;
  isAlone(): boolean;
  /** Room for one saga more, which is being started, until the answer is called; undefined when there is none. */
  reserve(id: string): (() => void) | undefined;
  isRunning(name: string, key: string): boolean;
  run(saga: ClaimedSaga): void;
  /** Whether this saga was started under the lease is not known: it is looked for. */
  lookFor(id: string): void;
  /** Events have been kept there, or a wait has begun; without an address: something is to be claimed at once. */
  wake(addresses: readonly Address[]): void;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;
  /** Loses the lease on purpose, without giving it back. */
  lose(): void;
  /** Resolves when no saga is under way here. */
  whenIdle(): Promise<void>;
}

/** How far back the regular look for kept events goes, and the thorough one, which also follows the taking of a lease. */
const recentMs = 10_000;
const everythingMs = 10 ** 12;
/** How often sagas are looked for that the lease owns and nobody here runs. */
const strayMs = 2_000;
const addressesMax = 1_000;
const lostStartsMax = 10_000;
/** The room for them is kept free while a claim is under way. */
const claimMax = 64;

export function beginTenure(world: TenureWorld, lease: Lease): Tenure {
  const { store, clock, leaseMs, pollMs } = world;
  const losing = new AbortController();
  const { signal: lost } = losing;
  const courses = new Map<string, RunningCourse>();
  const keys = new Set<string>();
  const checkpoints = createCheckpoints({ store, clock, token: lease.token, signal: lost, onFenced: () => losing.abort() });
  let isAlone = lease.isAlone;
  let addresses: Address[] = [];
  let hasMore = false;
  /** Sagas that are being started: they count as well, and so does the room for those that are being claimed. */
  const starting = new Set<string>();
  /** Starts that may have been written. */
  const lostStarts = new Set<string>();
  let reserved = 0;
  const underWay = () => courses.size + starting.size + reserved;
  let waking = new AbortController();

  const run = (saga: ClaimedSaga) => {
    const course = beginCourse({ ...courseWorld, checkpoints, token: lease.token, lost }, saga);
    const key = `${saga.name}/${saga.key}`;
    courses.set(saga.id, course);
    keys.add(key);
    void course.ended.finally(() => {
      // It may have been handed over again meanwhile.
      if (courses.get(saga.id) !== course) return;
      courses.delete(saga.id);
      keys.delete(key);
      if (underWay() === world.atOnce - 1) waking.abort();
    });
  };
  const wake = (more: readonly Address[]) => {
    if (more.length === 0) hasMore = true;
    else if (addresses.length < addressesMax) addresses.push(...more);
    waking.abort();
  };
  const courseWorld = { ...world, onWaiting: (address: Address) => wake([address]) };

  const renewing = async () => {
    let endsAt = clock.now() + leaseMs;
    while (!lost.aborted) {
      await clock.wait(leaseMs / 4, lost);
      if (lost.aborted) return;
      const asked = clock.now();
      try {
        const renewed = await store.lease({ token: lease.token, holder: world.holder, forMs: leaseMs });
        if (renewed === undefined) losing.abort();
        else ({ isAlone } = renewed);
        endsAt = asked + leaseMs;
      } catch (error) {
        report('warn', 'saga.lease.unsure', 'The lease could not be renewed', {
          reason: (error as Error).message,
          leftMs: endsAt - clock.now(),
        });
      }
    }
  };

  /** The regular look for forgotten events is four times rarer than that for what is due, a thorough one comes every 30 s. */
  const keptWithinMs = (looks: number) =>
    looks % Math.max(1, Math.round(30_000 / pollMs)) === 0 ? everythingMs : looks % 4 === 0 ? recentMs : 0;

  /** A lost answer leaves a saga with a lease that does not run it. */
  const strayLooks = Math.max(1, Math.round(strayMs / pollMs));

  const roomLeft = () => (world.stopping.aborted ? 0 : Math.min(claimMax, Math.max(0, world.atOnce - underWay())));

  const claiming = async () => {
    let lastLook = Number.NEGATIVE_INFINITY;
    for (let looks = 0; !lost.aborted;) {
      waking.abort();
      waking = new AbortController();
      const room = roomLeft();
      const isRegular = clock.now() - lastLook >= pollMs;
      if (isRegular || (room > 0 && (hasMore || addresses.length > 0))) {
        const some = room > 0 ? addresses : [];
        if (room > 0) addresses = [];
        hasMore = false;
        try {
          const claimed = await claimOnce(room, some);
          if (isRegular && keptWithinMs(looks) > 0) await claimOnce(Math.max(0, room - claimed), { keptWithinMs: keptWithinMs(looks) });
          if (isRegular && looks % strayLooks === 0) await claimOnce(roomLeft(), strays());
          if (isRegular) [looks, lastLook] = [looks + 1, clock.now()];
          hasMore ||= claimed > 0 && claimed === room;
        } catch (error) {
          if (lost.aborted) return;
          addresses.push(...some);
          report('warn', 'saga.store.away', 'Sagas could not be claimed', { reason: (error as Error).message });
          await clock.wait(pollMs, lost);
        }
      }
      const isFull = underWay() >= world.atOnce || world.stopping.aborted;
      if (isFull || (!hasMore && addresses.length === 0)) await clock.wait(pollMs, eitherOf(waking, lost));
    }
  };

  const strays = () => ({ underWay: [...courses.keys(), ...starting], lostStarts: [...lostStarts] });

  const claimOnce = async (room: number, events: Wanted['events']): Promise<number> => {
    const { sagas, strandedAfterMs } = world;
    reserved += room;
    const claimed = await store.claim(lease.token, { max: room, sagas, events, strandedAfterMs }).finally(() => (reserved -= room));
    if (lost.aborted) return 0;
    for (const { id, request } of claimed.requests) courses.get(id)?.ask(request);
    for (const saga of claimed.sagas) run(saga);
    return claimed.sagas.length;
  };

  const whenIdle = async () => {
    while (courses.size > 0) await Promise.all([...courses.values()].map(({ ended }) => ended));
  };
  const ended = Promise.all([renewing(), claiming()]).then(whenIdle);
  return {
    token: lease.token,
    checkpoints,
    lost,
    isAlone: () => isAlone,
    reserve: (id) => {
      if (underWay() >= world.atOnce || world.stopping.aborted) return undefined;
      starting.add(id);
      return () => void starting.delete(id);
    },
    isRunning: (name, key) => keys.has(`${name}/${key}`),
    run,
    lookFor: (id) => void (lostStarts.size < lostStartsMax && lostStarts.add(id)),
    wake,
    ended,
    lose: () => losing.abort(),
    whenIdle,
  };
}

/** The controller's signal, aborted with the other one as well. The controller is aborted after each wait, so that nothing piles up on the other. */
function eitherOf(controller: AbortController, signal: AbortSignal): AbortSignal {
  const end = () => controller.abort();
  signal.addEventListener('abort', end, { once: true });
  controller.signal.addEventListener('abort', () => signal.removeEventListener('abort', end), { once: true });
  return controller.signal;
}
