/** Counts afterwards, outside of every program: what users were told against what lies in the databases and in the broker's log. */
import type { EventEnvelope } from '@banyan/contract';
import type { StoredSaga } from '@banyan/saga';
import { type Effect, rowsOf, type Tables } from './database/tables.ts';
import { type Group, typesByGroup } from './system/contracts.ts';
import type { Told } from './system/users.ts';

export interface Evidence {
  readonly told: Told;
  readonly sagas: readonly StoredSaga[];
  readonly tables: Readonly<Record<Group, Tables>>;
  /** Everything that the broker has, in its order per key. */
  readonly log: readonly EventEnvelope[];
}

/** One sentence per finding; empty when all is well. */
export function findProblems(evidence: Evidence): string[] {
  const tables = Object.values(evidence.tables);
  const journal = tables.flatMap((it) => it.journal);
  return [
    ...findNumbering(journal),
    ...findLog(journal, evidence.log),
    ...tables.flatMap((it) => findEffects(journal, it.effects)),
    ...findMissingEffects(journal, evidence.tables),
    ...findHalfDone(evidence),
    ...findEdits(evidence, journal),
    ...findCopy(evidence.tables),
    ...tables.flatMap((it) => [...it.outbox.values()].map((event) => `${name(event)} is stuck in its outbox`)),
    ...tables.flatMap((it) => it.setAside.map((entry) => `${entry.type} ${entry.partitionKey} is stuck, set aside in ${entry.group}`)),
  ];
}

function name({ source, partitionkey, sequence, type }: EventEnvelope): string {
  return `${type} #${Number(sequence)} of ${source} ${partitionkey}`;
}

const streamOf = ({ source, partitionkey }: EventEnvelope) => `${source} ${partitionkey}`;

/** Committed 1, 2, 3, … per source and key, each event once. */
function findNumbering(journal: readonly EventEnvelope[]): string[] {
  const doubled = journal.filter(({ id }, at) => journal.findIndex((other) => other.id === id) < at);
  const streams = [...Map.groupBy(journal, streamOf)];
  return [
    ...doubled.map((event) => `${name(event)} was committed before under the same id`),
    ...streams.flatMap(([stream, events]) => {
      const numbers = events.map(({ sequence }) => Number(sequence));
      return numbers.every((number, at) => number === at + 1) ? [] : [`${stream} was numbered ${numbers.join(', ')}`];
    }),
  ];
}

/** Published again after a fault it has the same id and number; apart from that the log is the journal. */
function findLog(journal: readonly EventEnvelope[], log: readonly EventEnvelope[]): string[] {
  const first = log.filter((event, at) => log.findIndex(({ id, sequence }) => id === event.id && sequence === event.sequence) === at);
  const streams = Map.groupBy(first, streamOf);
  return [...Map.groupBy(journal, streamOf)].flatMap(([stream, events]) => {
    const [committed, published] = [events, streams.get(stream) ?? []].map((them) => them.map(({ sequence }) => Number(sequence)).join());
    return committed === published ? [] : [`${stream} was committed as ${committed} and is in the log as ${published}`];
  });
}

/** At most once, and in the order of each key. */
function findEffects(journal: readonly EventEnvelope[], effects: readonly Effect[]): string[] {
  const ids = effects.map(({ group, event }) => `${group} ${event.id}`);
  const doubled = effects.filter((_, at) => ids.indexOf(ids[at]!) < at);
  const unknown = effects.filter(({ event }) => journal.every(({ id }) => id !== event.id));
  const lanes = Map.groupBy(effects, ({ event }) => streamOf(event));
  return [
    ...doubled.map(({ group, event }) => `${name(event)} had its effect twice in ${group}`),
    ...unknown.map(({ group, event }) => `${name(event)} had an effect in ${group} and was never committed`),
    ...[...lanes].flatMap(([stream, lane]) => {
      const numbers = lane.map(({ event }) => Number(event.sequence));
      return numbers.every((number, at) => at === 0 || numbers[at - 1]! <= number)
        ? []
        : [`${stream} was handled in the order ${numbers.join(', ')} in ${lane[0]!.group}`];
    }),
  ];
}

function findMissingEffects(journal: readonly EventEnvelope[], tables: Evidence['tables']): string[] {
  return Object.entries(typesByGroup).flatMap(([group, types]) => {
    const done = new Set(tables[group as Group].effects.map(({ event }) => event.id));
    const wanted = journal.filter(({ type, id }) => (types as readonly string[]).includes(type) && !done.has(id));
    return wanted.map((event) => `${name(event)} had no effect in ${group}`);
  });
}

/** Completed with everything, compensated with nothing, or an operator's. */
function findHalfDone({ told, sagas, tables }: Evidence): string[] {
  const missing = [...told.answers].filter((answer) => sagas.every(({ key }) => key !== answer));
  const states = sagas.flatMap(({ key, state }) => {
    const answer = rowsOf(tables.quiz, 'answers').get(key) ?? 'withdrawn';
    const reserved = rowsOf(tables.achievement, 'reserved').get(key) ?? 'nothing';
    const left = `${answer}, ${reserved}`;
    if (state === 'completed') return left === 'finished, reserved' ? [] : [`${key} is completed and left ${left}`];
    if (state === 'compensated') return left === 'withdrawn, nothing' ? [] : [`${key} is compensated and left ${left}`];
    return state === 'needs-operator' ? [] : [`${key} is still ${state}`];
  });
  return [...missing.map((answer) => `${answer} was taken and is not there`), ...states];
}

/** What was told is there once; what is there was asked for; the row is what its last event says. */
function findEdits({ told, tables }: Evidence, journal: readonly EventEnvelope[]): string[] {
  const events = journal.filter(({ type }) => type === 'question.changed') as EventEnvelope<{ question: string; text: string }>[];
  const counted = [...told.edits].flatMap(([text, { outcome }]) => {
    const count = events.filter(({ data }) => data.text === text).length;
    return count === 1 || (count === 0 && outcome === 'unknown') ? [] : [`"${text}" (${outcome}) is in ${count} events`];
  });
  const rows = [...rowsOf(tables.question, 'questions')].flatMap(([question, text]) => {
    const last = events.findLast(({ data }) => data.question === question)?.data.text;
    return last === text ? [] : [`${question} reads "${text}", its last event "${last}"`];
  });
  return [...counted, ...rows];
}

function findCopy({ quiz, question }: Evidence['tables']): string[] {
  const [copy, owner] = [rowsOf(quiz, 'copy'), rowsOf(question, 'questions')];
  const keys = [...new Set([...copy.keys(), ...owner.keys()])].filter((key) => copy.get(key) !== owner.get(key));
  return keys.map((key) => `the copy of ${key} reads "${copy.get(key)}", its owner "${owner.get(key)}"`);
}
