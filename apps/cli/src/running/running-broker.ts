/** The broker of a run, where it is not the embedded PostgreSQL: a private node that is brought back when it dies, or somebody else's. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareArchive } from '@banyan/controller/archiving';
import { type RabbitmqServer, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { isEventStore } from '@banyan/service/load-driver';
import { CliError } from '../errors.ts';
import { type Bus, textOfBus } from './bus.ts';
import type { LocatedSystem } from './locate-system.ts';

export interface RunningBroker {
  readonly url: string;
  /** Undefined when it is not ours. */
  readonly node: RabbitmqServer | undefined;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  readonly bus: Bus;
  readonly system: LocatedSystem;
  /** Of the run. */
  readonly directory: string;
  /** Each time processes of ours have been started. */
  readonly onSpawn: (pids: readonly number[]) => void;
  readonly onTrouble: (sentence: string) => void;
}

const retryMs = 1_000;

/** Undefined for the embedded server, and for a system without events. What the system publishes is gathered for the archive from here on. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker | undefined> {
  const { bus, system, directory } = options;
  const { broker, contracts } = system.definition;
  const events = contracts?.events ?? [];
  if (broker === undefined) return undefined;
  keepBus(join(directory, 'bus'), bus);
  if (bus.kind === 'postgres') return undefined;
  const running = bus.kind === 'rabbitmq' ? await startNode(options) : { url: bus.url, node: undefined, stop: async () => {} };
  if (isEventStore(running.url)) return running;
  try {
    if (events.length === 0)
      throw new CliError(
        'CLI_SYSTEM_UNUSABLE',
        `${system.configFile} has no contracts of events, so that nothing could be archived from this broker.`,
        `Give it contracts with the events of the system, or run it with --bus postgres`,
      );
    await prepareArchive({ brokerUrl: running.url, types: events.map(({ contract }) => contract.type) });
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** What a broker was left with stays there: a run that goes on goes on with the same one. */
function keepBus(file: string, bus: Bus): void {
  const text = textOfBus(bus);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : text;
  if (before !== text)
    throw new CliError(
      'CLI_OPTION_INVALID',
      `This run has its events on ${before}; what is under way there would be missing on ${text}.`,
      `--bus ${before}, or begin anew: --fresh`,
    );
  writeFileSync(file, text);
}

async function startNode({ directory, onSpawn, onTrouble }: BrokerOptions): Promise<RunningBroker> {
  let isStopping = false;
  const start = (node: RabbitmqServer, triesBefore = 0): void => {
    if (isStopping) return;
    if (triesBefore === 0) onTrouble('RabbitMQ ended; it is started again');
    node.start().then(
      () => onSpawn(node.pids),
      (error: Error) => {
        if (triesBefore === 0) onTrouble(`RabbitMQ does not start again: ${error.message}`);
        setTimeout(() => start(node, triesBefore + 1), retryMs).unref();
      },
    );
  };
  const node: RabbitmqServer = await startRabbitmqServer({ directory: join(directory, 'rabbitmq'), onUnexpectedExit: () => start(node) });
  onSpawn(node.pids);
  const stop = async () => {
    isStopping = true;
    await node.stop();
  };
  return { url: node.url, node, stop };
}
