/** Redriving dead letters: chosen, stored in the databases of their services, and followed until each has a result. */

import type { DeadLetters } from '@banyan/bus';
import type { ServiceDatabase } from '../service-databases.ts';
import { errorKind } from './error-kind.ts';
import { type Following, followLetters, type LetterResult } from './follow.ts';
import { findLetters, type Letter, type LetterFilter, serviceOf } from './letters.ts';
import { type Catalogue, whyUnreadable, withoutPersonal } from './payload.ts';

/** Letters of one redrive, of each service. */
export const lettersMax = 10_000;

/** Letters whose keys are locked by one statement. */
const storedAtOnce = 500;

/** One line of a redrive's answer. */
export interface RedriveLine {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly step: LetterResult['outcome'] | 'asked' | 'quiet' | 'parked' | 'would-redrive';
  readonly message: string;
  readonly id?: string;
  readonly service: string;
  readonly group?: string;
  readonly type?: string;
  readonly key?: string;
  readonly why?: string;
  /** Events that are parked behind it. */
  readonly parked?: number;
  /** Of a dry run: whether its reader's contract and upcasters can read it. */
  readonly isReadable?: boolean;
}

/** How many letters came to what; `parkedLeft` waited behind handled ones when the look ended. */
export type RedriveCounts = Readonly<Record<LetterResult['outcome'], number>> & {
  readonly parkedLeft: number;
  readonly parkedFailed: number;
};

export const noLetters: RedriveCounts = { handled: 0, failed: 0, waiting: 0, skipped: 0, stored: 0, parkedLeft: 0, parkedFailed: 0 };

export function addCounts(one: RedriveCounts, other: RedriveCounts): RedriveCounts {
  const names = Object.keys(noLetters) as (keyof RedriveCounts)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as RedriveCounts;
}

/** In the order in which they would be handled, as far as they have one: by key. */
export function chooseLetters(database: ServiceDatabase, selector: LetterFilter): Promise<readonly Letter[]> {
  const isElsewhere = (selector.service ?? serviceOfSelected(selector) ?? database.service) !== database.service;
  return isElsewhere ? Promise.resolve([]) : findLetters(database, { ...selector, limit: lettersMax });
}

function serviceOfSelected({ id }: LetterFilter): string | undefined {
  return id === undefined ? undefined : serviceOf(id);
}

/** One line per letter: its place, what is parked behind it, and whether it can be read. Nothing runs and nothing changes. */
export function tellDryRun(letters: readonly Letter[], catalogue: Catalogue, line: (value: RedriveLine) => void): void {
  for (const letter of letters) {
    const why = whyUnreadable(catalogue, letter.type, letter.content);
    const reading = why === undefined ? 'its reader can read it' : `its reader cannot read it: ${why}`;
    const before = letter.behind === undefined ? '' : `, behind ${letter.behind} of its key`;
    line({
      ...lineOf(
        letter,
        'would-redrive',
        `${letter.id} ${letter.type} of key "${letter.key}"${before}, ${parkedText(letter.parked)}; ${reading}`,
      ),
      parked: letter.parked,
      isReadable: why === undefined,
      ...(why === undefined ? {} : { why }),
    });
  }
}

function parkedText(parked: number): string {
  return parked === 0 ? 'nothing parked behind it' : `${parked} parked behind it`;
}

export interface RedriveRun extends Pick<Following, 'database' | 'letters' | 'quietMs' | 'signal'> {
  readonly store: Pick<DeadLetters, 'redrive'>;
  readonly catalogue: Catalogue;
  readonly line: (value: RedriveLine) => void;
}

/** Stored first: from then on the service handles them, at its next look or its next start, whatever becomes of this program. */
export async function redriveLetters(run: RedriveRun): Promise<RedriveCounts> {
  const { database, letters, store, catalogue, line } = run;
  const { service } = database;
  const tell = (step: RedriveLine['step'], message: string) => line({ at: new Date().toISOString(), step, service, message });
  for (let at = 0; at < letters.length; at += storedAtOnce) {
    const ids = letters.slice(at, at + storedAtOnce).map(({ number }) => number);
    await store.redrive({ ids, limit: ids.length });
  }
  tell('asked', `${letters.length} stored with ${service}, which handles them in the order of their keys`);
  const counts = { ...noLetters } as Record<keyof RedriveCounts, number>;
  const { parked } = await followLetters({
    ...run,
    onResult: (letter, { outcome, why: told }) => {
      counts[outcome] += 1;
      const why = told === undefined ? {} : { why: tellable(catalogue, letter, told) };
      line({ ...lineOf(letter, outcome, resultText(letter, { outcome, ...why })), ...why });
    },
    onQuiet: (left) => tell('quiet', `${left} left; ${service} has not taken the next one yet`),
  });
  for (const { id, error } of parked.failed) tell('parked', `${id}, parked behind a handled letter, failed: ${errorKind(error)}`);
  return { ...counts, parkedLeft: parked.left, parkedFailed: parked.failed.length };
}

/** An error may repeat what the event says about a person. */
function tellable(catalogue: Catalogue, { type, key, content: payload }: Letter, error: string): string {
  return withoutPersonal(catalogue, type, { key, error, payload }).error;
}

function lineOf({ id, service, group, type, key }: Letter, step: RedriveLine['step'], message: string): RedriveLine {
  return { at: new Date().toISOString(), step, message, id, service, group, type, key };
}

function resultText({ id, service, type }: Letter, { outcome, why = '' }: LetterResult): string {
  const texts: Readonly<Record<LetterResult['outcome'], string>> = {
    handled: `${id} ${type} is handled`,
    failed: `${id} ${type} failed again: ${why}`,
    waiting: `${id} ${type} waits: ${why}`,
    skipped: `${id} ${type} is skipped: ${why}`,
    stored: `${id} ${type} is stored; ${service} has not tried it yet (it is away or busy) and does so as soon as it can`,
  };
  return texts[outcome];
}
