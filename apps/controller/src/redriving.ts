/** Dead letters handled again, or given up, at an operator's word; both are audited with what came of it. */

import { audited } from './audited.ts';
import { errorKind } from './dead-letters/error-kind.ts';
import { findLetters, type Letter, type LetterFilter, serviceOf } from './dead-letters/letters.ts';
import {
  addCounts,
  chooseLetters,
  lettersMax,
  noLetters,
  type RedriveCounts,
  type RedriveLine,
  redriveLetters,
  tellDryRun,
} from './dead-letters/redrive.ts';
import { type DeadLetterDesk, type Order, setAsideTable, storeOn } from './dead-letters.ts';
import { ControllerError } from './errors.ts';
import type { Away, ServiceDatabase } from './service-databases.ts';

export type { RedriveLine } from './dead-letters/redrive.ts';

export interface RedriveRequest extends Order {
  /** Without any field: all there are. */
  readonly selector: Omit<LetterFilter, 'limit'>;
  readonly dryRun: boolean;
  /** How long nothing may happen before the look ends. Default 10,000. */
  readonly waitMs?: number;
}

const quietDefaultMs = 10_000;
/** Ids of letters that an entry of the audit names. */
const auditedMax = 100;

export interface RedriveEnd extends RedriveCounts {
  readonly done: true;
  readonly step: 'redriven' | 'dry-run';
  readonly message: string;
  readonly letters: number;
}

/** Services side by side, each audited. Throws CONTROLLER_DEAD_LETTER_UNKNOWN for an id that is no dead letter. */
export async function redrive(
  desk: DeadLetterDesk,
  request: RedriveRequest,
  { line, signal }: { readonly line: (value: RedriveLine) => void; readonly signal: AbortSignal },
): Promise<RedriveEnd> {
  const { selector, dryRun } = request;
  const { found, away } = await desk.services.answering(setAsideTable);
  const chosen = await Promise.all(found.map(async (database) => ({ database, letters: await chooseLetters(database, selector) })));
  const some = chosen.filter(({ letters }) => letters.length > 0);
  const count = some.reduce((sum, { letters }) => sum + letters.length, 0);
  if (count === 0 && selector.id !== undefined) throw unknownLetter(selector.id, away);
  const more = leftText(some, away);
  if (dryRun) {
    for (const { letters } of some) tellDryRun(letters, desk.catalogue, line);
    return {
      done: true,
      step: 'dry-run',
      ...noLetters,
      letters: count,
      message: `${lettersText(count)} would be redriven. Nothing was changed.${more}`,
    };
  }
  // One that breaks off does not keep the others from their results.
  const ends = await Promise.allSettled(some.map((one) => redriveOne(desk, request, one, { line, signal })));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  const counts = ends.map((end) => (end as PromiseFulfilledResult<RedriveCounts>).value).reduce(addCounts, noLetters);
  return { done: true, step: 'redriven', ...counts, letters: count, message: `${endText(count, counts)}${more}` };
}

/** What a redrive has not looked at. */
function leftText(some: readonly Chosen[], away: readonly Away[]): string {
  const full = some.filter(({ letters }) => letters.length === lettersMax);
  return [
    ...full.map(({ database }) => ` ${database.service} may have more than these ${lettersMax}: ask again for the rest.`),
    ...away.map(({ service, why }) => ` The database of ${service} does not answer (${why}); its letters are where they were.`),
  ].join('');
}

interface Chosen {
  readonly database: ServiceDatabase;
  readonly letters: readonly Letter[];
}

function redriveOne(
  { store, catalogue }: DeadLetterDesk,
  { actor, reason, selector, waitMs = quietDefaultMs }: RedriveRequest,
  { database, letters }: Chosen,
  answer: { readonly line: (value: RedriveLine) => void; readonly signal: AbortSignal },
): Promise<RedriveCounts> {
  const detail = { selector, count: letters.length, letters: letters.slice(0, auditedMax).map(({ id }) => id) };
  return audited(store, { actor, reason, action: 'redrive', service: database.service, detail }, () =>
    redriveLetters({ database, letters, catalogue, store: storeOn(database), quietMs: waitMs, ...answer }),
  );
}

/** Gives one letter up; it is kept in its service's database. Throws CONTROLLER_DEAD_LETTER_UNKNOWN. */
export async function discardLetter(desk: DeadLetterDesk, id: string, { actor, reason }: Order): Promise<unknown> {
  const { found, away } = await desk.services.answering(setAsideTable);
  const database = found.find(({ service }) => service === serviceOf(id));
  const [letter] = database === undefined ? [] : await findLetters(database, { id, limit: 1 });
  if (database === undefined || letter === undefined) throw unknownLetter(id, away);
  const { type, key, error } = letter;
  return audited(
    desk.store,
    { actor, reason, action: 'discard', service: database.service, detail: { id, type, key, error: errorKind(error) } },
    async () => {
      const discarded = await storeOn(database).discard({ ids: [letter.number] }, { by: actor, why: reason });
      if (discarded === 0) throw unknownLetter(id, away);
      return { done: true, id, message: `${id} ${type} is discarded and kept; its key goes on with ${letter.parked} parked behind it.` };
    },
  );
}

function unknownLetter(id: string, away: readonly Away[]): ControllerError {
  const lost = away.find(({ service }) => service === serviceOf(id));
  const why = lost === undefined ? '' : ` The database of ${lost.service} does not answer: ${lost.why}`;
  return new ControllerError('CONTROLLER_DEAD_LETTER_UNKNOWN', `"${id}" is no dead letter.${why}`);
}

function lettersText(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}

function endText(count: number, counts: RedriveCounts): string {
  if (count === 0) return 'There is no dead letter to redrive.';
  const parts = [
    `${counts.handled} of ${lettersText(count)} handled`,
    ...part(counts.failed, 'failed again'),
    ...part(counts.waiting, 'waiting behind an earlier event of their key'),
    ...part(counts.skipped, 'skipped'),
    ...part(counts.stored, 'stored and not tried yet'),
    ...part(counts.parkedLeft, 'parked events still to follow'),
    ...part(counts.parkedFailed, 'parked events failed'),
  ];
  return `${parts.join(', ')}.`;
}

function part(count: number, text: string): string[] {
  return count === 0 ? [] : [`${count} ${text}`];
}
