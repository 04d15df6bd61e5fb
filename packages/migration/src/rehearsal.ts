/** Writes proven before they move: recorded ones done again on scratch copies of both sides, and everything compared that came of it. */

import type { RecordedWrite } from '@banyan/gateway/recorded-write';
import type { AboutRule } from '@banyan/gateway/replay';
import { escapeIdentifier } from 'pg';
import type { RehearsalEvidence } from './rehearsal-evidence.ts';
import type { Cast } from './rehearsal/cast.ts';
import { compareRows } from './rehearsal/compare-rows.ts';
import type { RowsOptions } from './rehearsal/compare-rows.ts';
import { watchEvents } from './rehearsal/compare-events.ts';
import type { EventWatch } from './rehearsal/compare-events.ts';
import { tablesOf } from './rehearsal/copies.ts';
import type { Copies } from './rehearsal/copies.ts';
import type { FlowBack } from './rehearsal/flow-back.ts';
import { inDatabase } from './rehearsal/in-database.ts';
import { replayAnswers } from './rehearsal/replay-answers.ts';
import { Samples } from './rehearsal/samples.ts';

export { castOf } from './rehearsal/cast.ts';
export type { Cast } from './rehearsal/cast.ts';
export { makeCopies } from './rehearsal/copies.ts';
export type { Copies, CopiesOptions } from './rehearsal/copies.ts';
export { startFlowBack } from './rehearsal/flow-back.ts';
export type { FlowBack } from './rehearsal/flow-back.ts';
export { createScratch, dropScratches, isScratch } from './rehearsal/scratch-databases.ts';

export interface RehearsalOptions {
  readonly cast: Cast;
  readonly copies: Copies;
  readonly flowBack: FlowBack;
  /** Base URLs of the programs that run on the copies; services by program. */
  readonly programs: { readonly monolith: string; readonly twin: string; readonly services: Readonly<Record<string, string>> };
  /**
   * Asked for when the programs stand ready: what began after the copies were made, in order of arrival, of the routes of the cast's owners. Asked again for
   * what has come since, as long as the writes show too little; gives none when the time is up.
   */
  readonly writes: () => Promise<readonly RecordedWrite[]>;
  /** Ends the programs, so that nothing they still had to do is missing when rows are compared. */
  readonly stopPrograms: () => Promise<void>;
  readonly signal: AbortSignal;
}

export type RehearsalFindings = Omit<RehearsalEvidence, 'callsRefused' | 'dropped' | 'leftOut'>;

const rulesMax = 50;

/** Throws MIGRATION_REHEARSAL_BROKEN_OFF when the copies do not work; what the service does otherwise than the monolith is in the findings. */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalFindings> {
  const { cast, copies, programs, flowBack, signal } = options;
  const { extraction, moved, owners } = cast;
  const samples = new Samples();
  const events = await watch(cast, copies, samples);
  try {
    const routes = new Map(owners.flatMap((it) => it.routes.map((route) => [route.id, { route, service: it.service ?? '' }] as const)));
    const { rules, writesByRoute, ...answers } = await replayAnswers({
      monolith: programs.monolith,
      twin: programs.twin,
      serviceOf: (id) => programs.services[routes.get(id)?.service ?? ''] ?? '',
      rules: Object.fromEntries([...routes].map(([id, { route }]) => [id, route.compare ?? {}])),
      writes: options.writes,
      has: (rule, value) => hasRow(copies.monolith, rule, value),
      settled: async (id) => events?.settled(routes.get(id)?.route.compare),
      samples,
      signal,
    });
    const ownRoutes = extraction.routes.filter((it) => it.rehearsed); // named also when nobody asked them
    await options.stopPrograms();
    await flowBack.settled();
    const partner = await besideService(cast, copies);
    const compared = await compareRows({ ...copies, partner, tables: moved.tables, samples });
    const ofEvents = await events?.compare();
    return {
      ...answers,
      writesByRoute: { ...Object.fromEntries(ownRoutes.map(({ id }) => [id, 0])), ...writesByRoute },
      rows: compared.rows,
      ...(ofEvents === undefined ? {} : { events: ofEvents.events }),
      rules: [...rules, ...compared.rules, ...(ofEvents?.rules ?? [])].slice(0, rulesMax),
      samples: samples.list(),
    };
  } finally {
    await events?.close();
  }
}

async function hasRow(url: string, { table, column }: AboutRule, value: string): Promise<boolean> {
  return inDatabase(url, async (client) => {
    const name = table.split('.').map((part) => escapeIdentifier(part)).join('.'); // prettier-ignore
    const { rowCount } = await client.query(`select from ${name} where ${escapeIdentifier(column)}::text = $1 limit 1`, [value]);
    return rowCount !== 0;
  });
}

async function watch({ moved }: Cast, copies: Copies, samples: Samples): Promise<EventWatch | undefined> {
  const { tables, events } = moved;
  if (events === undefined || copies.idle === undefined) return undefined;
  return watchEvents({ tables, events, monolith: copies.monolith, service: copies.service, idle: copies.idle, samples });
}

/** All tables that the service's own comparison leaves out: what it had the monolith do, and what flowed back from other services. */
async function besideService({ moved, owners, retired }: Cast, { monolith, partner }: Copies): Promise<RowsOptions['partner']> {
  if (partner === undefined) return undefined;
  const gone = owners.filter(({ name }) => retired.includes(name));
  const leftOut = new Set([moved, ...gone].flatMap(({ tables }) => tables.map(({ source }) => source)));
  return { url: partner, tables: (await tablesOf(monolith)).filter((name) => !leftOut.has(name)) };
}
