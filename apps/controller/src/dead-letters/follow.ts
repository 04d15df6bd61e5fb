/** Looks on while a service handles what was redriven, from its database alone: whatever dies meanwhile, what is there is what happened. */

import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDatabase } from '../service-databases.ts';
import { type Letter, letterId } from './letters.ts';

export interface LetterResult {
  /**
   * `handled`: its effect has happened. `failed`: it failed again. `waiting`: an earlier event of its key stands before it.
   * `skipped`: it was no dead letter any more. `stored`: its service has not tried it yet, and will.
   */
  readonly outcome: 'handled' | 'failed' | 'waiting' | 'skipped' | 'stored';
  /** The error it failed with, or why. */
  readonly why?: string;
}

export interface Following {
  readonly database: ServiceDatabase;
  readonly letters: readonly Letter[];
  /** How long nothing at all may happen before the look ends. */
  readonly quietMs: number;
  readonly signal: AbortSignal;
  readonly onResult: (letter: Letter, result: LetterResult) => void;
  /** Now and then while nothing happens. */
  readonly onQuiet: (left: number) => void;
}

export interface Followed {
  readonly parked: { readonly left: number; readonly failed: readonly { readonly id: string; readonly error: string }[] };
}

const lookEveryMs = 200;
const quietLineEveryMs = 2_000;
/** Statuses asked for by one statement. */
const lookedAtOnce = 1_000;

/** Every letter gets one result. Then what was parked behind handled letters is waited for in the same way. */
export async function followLetters(following: Following): Promise<Followed> {
  const { database, letters, quietMs, signal, onResult, onQuiet } = following;
  const open = new Map(letters.map((letter) => [letter.number, letter]));
  const lanes = new Map<string, Letter>();
  let parked = await lookAtParked(database, []);
  let [movedAt, toldAt] = [performance.now(), performance.now()];
  for (let before = ''; ;) {
    for (const [letter, result] of await settled(database, [...open.values()])) {
      open.delete(letter.number);
      if (result.outcome === 'handled') lanes.set(JSON.stringify([letter.group, letter.generation, letter.lane]), letter);
      onResult(letter, result);
    }
    parked = await lookAtParked(database, [...lanes.values()]);
    if (open.size === 0 && parked.left === 0) return { parked };
    const now = performance.now();
    const stand = `${open.size} ${parked.left}`;
    if (stand !== before) movedAt = now;
    else if (now - toldAt >= quietLineEveryMs) onQuiet(open.size + parked.left);
    if (stand !== before || now - toldAt >= quietLineEveryMs) toldAt = now;
    before = stand;
    if (signal.aborted || now - movedAt >= quietMs) break;
    await delay(lookEveryMs);
  }
  for (const letter of open.values()) onResult(letter, { outcome: 'stored' });
  return { parked };
}

interface Status {
  readonly number: string;
  /** Null when it is not set aside any more. */
  readonly state: string | null;
  readonly attempts: number | null;
  readonly error: string | null;
  /** Of the inbox. */
  readonly status: string | null;
  readonly headNumber: string | null;
  readonly isHeadStuck: boolean | null;
}

async function settled(database: ServiceDatabase, letters: readonly Letter[]): Promise<(readonly [Letter, LetterResult])[]> {
  const found: (readonly [Letter, LetterResult])[] = [];
  for (let at = 0; at < letters.length; at += lookedAtOnce) {
    const some = letters.slice(at, at + lookedAtOnce);
    const statuses = new Map((await readStatuses(database, some)).map((status) => [status.number, status]));
    for (const letter of some) {
      const result = judge(database.service, statuses.get(letter.number));
      if (result !== undefined) found.push([letter, result]);
    }
  }
  return found;
}

/** Undefined while nothing can be said yet. */
function judge(service: string, status: Status | undefined): LetterResult | undefined {
  if (status === undefined) return undefined;
  const { state, attempts, error, headNumber, isHeadStuck } = status;
  if (state === null) {
    return status.status === 'discarded' ? { outcome: 'skipped', why: 'it was discarded meanwhile' } : { outcome: 'handled' };
  }
  if (state === 'dead') return { outcome: 'failed', why: error ?? '' };
  if ((attempts ?? 0) > 0) return { outcome: 'failed', why: `${error ?? ''} (its service tries it again by itself)` };
  if (headNumber !== status.number && isHeadStuck === true) {
    return { outcome: 'waiting', why: `${letterId(service, headNumber ?? '')} of its key comes first` };
  }
  return undefined;
}

async function readStatuses({ pool }: ServiceDatabase, letters: readonly Letter[]): Promise<readonly Status[]> {
  const { rows } = await pool.query<Status>(
    `select w.number::text as number, s.state, s.attempts, s.error, i.status, h.id::text as "headNumber", h.state = 'dead' or h.attempts > 0 as "isHeadStuck"
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[]) as w(number, consumer_group, generation, lane, event_id)
     left join banyan.set_aside s on s.id = w.number
     left join banyan.inbox i on (i.consumer_group, i.generation, i.event_id) = (w.consumer_group, w.generation, w.event_id)
     left join lateral (select e.id, e.state, e.attempts from banyan.set_aside e
       where (e.consumer_group, e.generation, e.lane) = (w.consumer_group, w.generation, w.lane) order by e.id limit 1) h on true`,
    [letters.map(({ number }) => number), ...laneValues(letters), letters.map(({ eventId }) => eventId)],
  );
  return rows;
}

function laneValues(letters: readonly Letter[]): readonly (readonly string[])[] {
  return [letters.map(({ group }) => group), letters.map(({ generation }) => generation), letters.map(({ lane }) => lane)];
}

/** A key whose oldest event has failed, or is dead, is not waited for: what fails behind a handled letter is told. */
async function lookAtParked({ service, pool }: ServiceDatabase, lanes: readonly Letter[]): Promise<Followed['parked']> {
  if (lanes.length === 0) return { left: 0, failed: [] };
  const { rows } = await pool.query<{ number: string; state: string; attempts: number; error: string; count: number }>(
    `select h.id::text as number, h.state, h.attempts, h.error, c.count
     from unnest($1::text[], $2::bigint[], $3::text[]) as w(consumer_group, generation, lane)
     cross join lateral (select e.id, e.state, e.attempts, e.error from banyan.set_aside e
       where (e.consumer_group, e.generation, e.lane) = (w.consumer_group, w.generation, w.lane) order by e.id limit 1) h
     cross join lateral (select count(*)::int as count from banyan.set_aside e
       where (e.consumer_group, e.generation, e.lane) = (w.consumer_group, w.generation, w.lane)) c`,
    [...laneValues(lanes)],
  );
  const isStuck = ({ state, attempts }: (typeof rows)[number]) => state === 'dead' || attempts > 0;
  const failed = rows.filter((row) => row.attempts > 0).map(({ number, error }) => ({ id: letterId(service, number), error }));
  return { left: rows.filter((row) => !isStuck(row)).reduce((sum, { count }) => sum + count, 0), failed };
}
