/** An event on its way: a CloudEvents 1.0 event in JSON, made, read, and lifted to the version its reader knows. */
import { z } from 'zod';
import { ContractError } from './errors.ts';
import type { EventContract, EventData } from './event.ts';

/**
 * CloudEvents 1.0 with the extensions that order, causes and traces need. Attribute names are as on the wire.
 * What is not promised: that `sequence` has no gaps for a reader of only some types.
 */
export interface EventEnvelope<Data = unknown> {
  readonly specversion: '1.0';
  /** UUID; the same event always carries the same one. */
  readonly id: string;
  /** The program that published it: `/node-learn/quiz`. */
  readonly source: string;
  readonly type: string;
  /** The thing the event is about: the text of its key. */
  readonly subject: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** `urn:banyan:event:<type>:<version>`. */
  readonly dataschema: string;
  readonly data: Data;
  /** The same for everything that follows from one request: its X-Trace-ID. */
  readonly correlationid: string;
  /** The id of the event whose handling published this one. */
  readonly causationid?: string;
  readonly partitionkey: string;
  /** Counts 1, 2, 3, … per source and partition key; 19 digits, so that it also sorts as text. */
  readonly sequence: string;
  readonly traceparent?: string;
}

export function eventSchemaUri(type: string, version: number): string {
  return `urn:banyan:event:${type}:${version}`;
}

/** The version in a `dataschema`; undefined when it is not one of ours for this type. */
export function versionOf(dataschema: string, type: string): number | undefined {
  const prefix = `urn:banyan:event:${type}:`;
  const text = dataschema.startsWith(prefix) ? dataschema.slice(prefix.length) : '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** What an envelope says besides its contract and data. */
export interface EnvelopeFacts {
  readonly id: string;
  readonly source: string;
  readonly time: Date;
  readonly correlationId: string;
  readonly causationId?: string;
  /** The number of this event under its source and key, from 1. */
  readonly sequence: bigint;
  readonly traceparent?: string;
}

/** The data as the contract's schema gives it. Throws CONTRACT_EVENT_DATA_INVALID naming the fields, never their values. */
export function checkEventData<Contract extends EventContract>(contract: Contract, data: unknown): EventData<Contract> {
  const parsed = contract.data.safeParse(data);
  if (parsed.success) return parsed.data as EventData<Contract>;
  throw new ContractError('CONTRACT_EVENT_DATA_INVALID', `"${contract.type}" cannot have this data: ${issuesOf(parsed.error)}.`);
}

/** Puts checked data into an envelope. */
export function toEnvelope<Contract extends EventContract>(
  contract: Contract,
  data: EventData<Contract>,
  facts: EnvelopeFacts,
): EventEnvelope<EventData<Contract>> {
  const key = partitionKeyOf(contract, data);
  return {
    specversion: '1.0',
    id: facts.id,
    source: facts.source,
    type: contract.type,
    subject: key,
    time: facts.time.toISOString(),
    datacontenttype: 'application/json',
    dataschema: eventSchemaUri(contract.type, contract.version),
    data,
    correlationid: facts.correlationId,
    ...(facts.causationId === undefined ? {} : { causationid: facts.causationId }),
    partitionkey: key,
    sequence: sequenceText(facts.sequence),
    ...(facts.traceparent === undefined ? {} : { traceparent: facts.traceparent }),
  };
}

/** The partition key that an event with this data has. */
export function partitionKeyOf<Contract extends EventContract>(contract: Contract, data: EventData<Contract>): string {
  return String((data as Record<string, unknown>)[contract.key]);
}

export function sequenceText(sequence: bigint): string {
  return String(sequence).padStart(19, '0');
}

/** The event as its reader's version, or why it cannot be read: a sentence for a person, with the field and no value of it. */
export type Reading<Contract extends EventContract> =
  | { readonly event: EventEnvelope<EventData<Contract>> }
  | { readonly unreadable: string };

const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  data: z.record(z.string(), z.unknown()),
  correlationid: z.string().min(1),
  causationid: z.string().min(1).optional(),
  partitionkey: z.string(),
  sequence: z.string().regex(/^\d{1,19}$/),
  traceparent: z.string().optional(),
});

/** Checks the envelope alone: what every reader needs, whatever the type. */
export function readEnvelope(
  content: unknown,
): { readonly envelope: EventEnvelope<Record<string, unknown>> } | { readonly unreadable: string } {
  const parsed = envelopeSchema.safeParse(content);
  if (!parsed.success) return { unreadable: `it is not an event envelope: ${issuesOf(parsed.error)}` };
  return { envelope: parsed.data as EventEnvelope<Record<string, unknown>> };
}

/** Checks envelope and data against the contract; data of an older version is lifted first. Never throws. */
export function readEvent<Contract extends EventContract>(contract: Contract, content: unknown): Reading<Contract> {
  const reading = readEnvelope(content);
  if ('unreadable' in reading) return reading;
  const { envelope } = reading;
  if (envelope.type !== contract.type) return { unreadable: `its type is "${envelope.type}", not "${contract.type}"` };
  const version = versionOf(envelope.dataschema, envelope.type);
  if (version === undefined) return { unreadable: `its dataschema "${envelope.dataschema}" names no version of "${contract.type}"` };
  if (version > contract.version) {
    return { unreadable: `it is version ${version} of "${contract.type}", and this reader knows ${contract.version} and older` };
  }
  const lifted = lift(contract, envelope.data, version);
  if ('unreadable' in lifted) return lifted;
  const parsed = contract.data.safeParse(lifted.data);
  if (!parsed.success) return { unreadable: `its data is not that of "${contract.type}" ${contract.version}: ${issuesOf(parsed.error)}` };
  return {
    event: { ...envelope, dataschema: eventSchemaUri(contract.type, contract.version), data: parsed.data as EventData<Contract> },
  };
}

function lift(
  contract: EventContract,
  data: Record<string, unknown>,
  from: number,
): { readonly data: Record<string, unknown> } | { readonly unreadable: string } {
  let lifted = data;
  for (let version = from; version < contract.version; version += 1) {
    try {
      lifted = contract.upcasters?.[version]?.(lifted) ?? lifted;
    } catch (error) {
      return { unreadable: `its data could not be lifted from version ${version} to ${version + 1}: ${(error as Error).message}` };
    }
  }
  return { data: lifted };
}

/** Fields and what is expected of them; zod's messages say what was received only by its type. */
function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.length === 0 ? 'it' : path.join('.')}: ${message}`).join('; ');
}
