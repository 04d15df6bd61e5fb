/** Tells a lost connection from a refusal: after the one the next call connects again, the other stays. */
import { BusError } from '@banyan/bus';
import { BusRabbitmqError } from '../errors.ts';

/** Broker away, connection or channel ended, or anything else that may be otherwise at the next call: BUS_CONNECTION_LOST. Faults of ours as they are. */
export function toBusError(error: unknown, during: string): Error {
  if (error instanceof BusRabbitmqError || error instanceof BusError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(said);
  if (refusal !== undefined) return new BusRabbitmqError(refusal.code, refusal.sentence, { cause: error });
  return new BusError('BUS_CONNECTION_LOST', `The connection to RabbitMQ ended during ${during}: ${said || nameOf(error)}.`, {
    cause: error,
  });
}

interface Refusal {
  readonly code: 'BUS_RABBITMQ_REFUSED' | 'BUS_RABBITMQ_PARTITIONS_FIXED' | 'BUS_RABBITMQ_TOPOLOGY_DIFFERS';
  readonly sentence: string;
}

/** The broker says what it refuses in words only. */
function refusalOf(said: string): Refusal | undefined {
  const partitions = /received[^']*'[^']*\.unrouted\.(\d+)'.*current is[^']*'[^']*\.unrouted\.(\d+)'/.exec(said);
  if (partitions !== null) {
    const [, asked, fixed] = partitions;
    return { code: 'BUS_RABBITMQ_PARTITIONS_FIXED', sentence: `The exchange has ${fixed} partitions, and ${asked} were asked for.` };
  }
  const words = (/message "([^"]*)"/.exec(said)?.[1] ?? said).replace(/\.$/, '');
  if (/PRECONDITION_FAILED - (inequivalent arg|.*exclusive)/.test(said))
    return { code: 'BUS_RABBITMQ_TOPOLOGY_DIFFERS', sentence: `RabbitMQ has it otherwise: ${words}.` };
  if (/ACCESS[-_]REFUSED|NOT_ALLOWED/.test(said))
    return { code: 'BUS_RABBITMQ_REFUSED', sentence: `RabbitMQ refuses this program: ${words}.` };
  // What it says about the virtual host is not handed on to us.
  if (/Expected ConnectionOpenOk; got <ConnectionClose/.test(said))
    return { code: 'BUS_RABBITMQ_REFUSED', sentence: 'RabbitMQ does not open the virtual host: it is not there, or not for this user.' };
  return undefined;
}

function nameOf(error: unknown): string {
  return error instanceof AggregateError ? nameOf(error.errors[0]) : String((error as { code?: string }).code ?? error);
}
