/** Finds the driver of a broker by the scheme of its URL; only the package of that one broker has to be installed, and only it is loaded. */
import type { BusDriver } from '@banyan/bus';
import { ServiceError } from './errors.ts';

const packagesByScheme: Readonly<Record<string, string>> = {
  postgres: '@banyan/bus-postgres',
  postgresql: '@banyan/bus-postgres',
  nats: '@banyan/bus-nats',
  amqp: '@banyan/bus-rabbitmq',
  amqps: '@banyan/bus-rabbitmq',
  kafka: '@banyan/bus-kafka',
};

/** What every driver package exports. */
interface DriverPackage {
  readonly createDriver: (options: DriverOptions) => Promise<BusDriver>;
  /** Absent where the event store is the broker's log: it can be asked itself. */
  readonly createMarker?: (options: { readonly url: string }) => Marker;
}

export interface DriverOptions {
  readonly url: string;
  /** What the broker calls this program. */
  readonly name?: string;
}

export interface Marker {
  /** Resolves when a group has settled everything that was published before the call; rejects when the broker is away, or with the signal's reason. */
  untilSettled(group: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** Throws SERVICE_BROKER_UNKNOWN for a URL that names no driver, or one that is not installed; and what the driver throws. */
export async function loadDriver({ url, name }: DriverOptions): Promise<BusDriver> {
  const { createDriver } = await importDriver(packageOf(url));
  return createDriver({ url, ...(name === undefined ? {} : { name }) });
}

/** Whether the broker keeps its events in the event store itself; otherwise the controller archives them there. */
export function isEventStore(brokerUrl: string): boolean {
  return packageOf(brokerUrl) === '@banyan/bus-postgres';
}

/** Undefined for a broker that is the event store. Connects with the first question. */
export async function loadMarker(brokerUrl: string): Promise<Marker | undefined> {
  const { createMarker } = await importDriver(packageOf(brokerUrl));
  return createMarker?.({ url: brokerUrl });
}

function packageOf(brokerUrl: string): string {
  const scheme = URL.canParse(brokerUrl) ? new URL(brokerUrl).protocol.slice(0, -1) : '';
  const name = packagesByScheme[scheme];
  if (name !== undefined) return name;
  const known = Object.keys(packagesByScheme).join(', ');
  throw new ServiceError('SERVICE_BROKER_UNKNOWN', `"${scheme}" is no broker that there is a driver for; known are ${known}.`);
}

async function importDriver(name: string): Promise<DriverPackage> {
  try {
    return (await import(name)) as DriverPackage;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ServiceError('SERVICE_BROKER_UNKNOWN', `The driver ${name} is not installed.`, { cause });
  }
}
