/** Which broker carries a system's events in a run: the embedded server, a private node of what is installed here, or one that runs already. */
import { isEventStore } from '@banyan/service/load-driver';
import { findRabbitmq } from '@banyan/proof/rabbitmq-server';
import { type CommandCall, type OptionDescription, textOption } from '../command-line.ts';
import { CliError } from '../errors.ts';

export type Bus =
  | { readonly kind: 'postgres' }
  /** Started with the run, ended with it, and keeping what it has in the run's folder. */
  | { readonly kind: 'rabbitmq' }
  | { readonly kind: 'given'; readonly url: string };

export const busOption = {
  bus: {
    type: 'string',
    value: 'BROKER',
    help: 'what carries the events: "postgres", the embedded server (default); "rabbitmq", a private node of the RabbitMQ installed here; or a URL, amqp://user:password@host/vhost (also BANYAN_BROKER_URL)',
  },
} satisfies Readonly<Record<string, OptionDescription>>;

/** Throws CLI_OPTION_INVALID for what names no broker, or one that is not here. */
export function chooseBus(call: CommandCall): Bus {
  return busNamed(textOption(call, 'bus') ?? process.env['BANYAN_BROKER_URL'] ?? 'postgres');
}

export function busNamed(given: string): Bus {
  if (given === 'postgres') return { kind: 'postgres' };
  if (given === 'rabbitmq') {
    if (findRabbitmq() !== undefined) return { kind: 'rabbitmq' };
    throw new CliError(
      'CLI_OPTION_INVALID',
      'No RabbitMQ is installed here that a private node could be started from.',
      'apt-get install rabbitmq-server, or name one that runs: --bus amqp://user:password@host/vhost',
    );
  }
  try {
    isEventStore(given);
    return { kind: 'given', url: given };
  } catch (cause) {
    throw new CliError(
      'CLI_OPTION_INVALID',
      'The broker is neither "postgres" nor "rabbitmq", nor a URL with a driver.',
      'banyan up --help',
      {
        cause,
      },
    );
  }
}

/** How the folder of a run remembers it: another broker has not what this one was left with. */
export function textOfBus(bus: Bus): string {
  if (bus.kind !== 'given') return bus.kind;
  const { protocol, host, pathname } = new URL(bus.url);
  return `${protocol}//${host}${pathname}`;
}
