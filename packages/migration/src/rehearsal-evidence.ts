/** What a rehearsal leaves behind: counts and redacted samples, checked when they come in, judged by the gate before `owner`. */

import { z } from 'zod';
import type { RehearsalFact } from './gate-facts.ts';

export const rehearsalKind = 'rehearsal';

const count = z.int().min(0);
const text = z.string().max(400);

const shape = z.strictObject({
  /** Writes done again on every copy. */
  replayed: count,
  /** Those that the monolith's copy answered with the status the live monolith had given: the others prove little. */
  asRecorded: count,
  equal: count,
  /** Answers that differ from the monolith's only in what the monolith varies in by itself. */
  explained: count,
  differing: count,
  /** How many things the monolith has told users that they were given; absent where no route says that it does. */
  announced: count.optional(),
  /** How many of the writes done again came by which route; 0 for a route of the extraction that nobody asked. */
  writesByRoute: z.record(text, count).optional(),
  rows: z.strictObject({ compared: count, explained: count, differing: count }),
  /** Absent when the extraction does not say which events its rows are. */
  events: z.strictObject({ expected: count, published: count, differing: count }).optional(),
  /** Requests to programs that do not take part; they were refused. */
  callsRefused: count,
  /** Writes that could not be recorded, by reason. */
  dropped: z.record(z.string().max(100), count),
  /** Routes whose writes cannot be done again, with the reason. */
  leftOut: z.array(z.strictObject({ route: text, reason: text })).max(100),
  /** What explained differences: field paths and columns that the monolith varies in by itself. */
  rules: z.array(text).max(100),
  /** Grouped by where and how; values that name a person or open a door are hashes. */
  samples: z.array(z.strictObject({ of: z.enum(['answer', 'row', 'event']), where: text, kind: text, count, detail: text })).max(50),
});

export type RehearsalEvidence = Readonly<z.infer<typeof shape>>;
export type RehearsalSample = RehearsalEvidence['samples'][number];

/** The evidence, or a sentence that says what is wrong with it. */
export function readRehearsalEvidence(value: unknown): { readonly evidence: RehearsalEvidence } | { readonly wrong: string } {
  const result = shape.safeParse(value);
  if (result.success) return { evidence: result.data };
  const issue = result.error.issues[0];
  return {
    wrong: `${issue === undefined || issue.path.length === 0 ? 'The body' : issue.path.join('.')} is not as expected: ${issue?.message ?? 'unknown'}`,
  };
}

/** @param at when it was stored, ISO 8601 */
export function toRehearsalFact(evidence: RehearsalEvidence, at: string): RehearsalFact {
  const { replayed, asRecorded, differing, rows, events, announced, samples } = evidence;
  const ageS = (Date.now() - Date.parse(at)) / 1000;
  const differences = { differing, rowsDiffering: rows.differing, eventsDiffering: events?.differing ?? 0 };
  return { ageS, replayed, asRecorded, ...differences, hasAnnounced: announced !== 0, notAsked: routesNotAsked(evidence), samples };
}

/** Routes of the extraction of which no write was recorded, so that nothing is known of them. */
export function routesNotAsked({ writesByRoute = {} }: RehearsalEvidence): readonly string[] {
  return Object.entries(writesByRoute).flatMap(([route, writes]) => (writes === 0 ? [route] : []));
}

export function isRehearsalClean({ differing, rows, events }: RehearsalEvidence): boolean {
  return differing + rows.differing + (events?.differing ?? 0) === 0;
}

/** One sentence for people. */
export function rehearsalText(evidence: RehearsalEvidence): string {
  const { replayed, asRecorded, equal, explained, differing, rows, events, announced } = evidence;
  const notAsked = routesNotAsked(evidence);
  if (replayed === 0 && notAsked.length > 0) return `Nobody asked ${notAsked.join(', ')}, so no write could be done again.`;
  const parts = [
    `${replayed} writes done again on scratch copies, ${asRecorded} of them as they were recorded`,
    `answers: ${equal} equal, ${explained} explained by the monolith's own noise, ${differing} differing`,
    `rows: ${rows.compared} compared, ${rows.explained} explained, ${rows.differing} differing`,
    ...(events === undefined ? [] : [`events: ${events.published} of ${events.expected} expected, ${events.differing} differing`]),
    ...(announced === undefined ? [] : [`${announced} things announced to users`]),
    ...(notAsked.length === 0 ? [] : [`nobody asked ${notAsked.join(', ')}`]),
  ];
  return `${parts.join('; ')}.`;
}
