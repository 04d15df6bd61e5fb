/** Finds the driver of a broker by the scheme of its URL; only the package of that one broker has to be installed. */
import type { BusDriver } from '@banyan/bus';
import { ServiceError } from '../errors.ts';

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
  readonly createDriver: (options: { readonly url: string }) => Promise<BusDriver>;
}

/** Throws SERVICE_BROKER_UNKNOWN for a URL that names no driver, or one that is not installed. */
export async function loadDriver(brokerUrl: string): Promise<BusDriver> {
  const scheme = URL.canParse(brokerUrl) ? new URL(brokerUrl).protocol.slice(0, -1) : '';
  const name = packagesByScheme[scheme];
  if (name === undefined) {
    const known = Object.keys(packagesByScheme).join(', ');
    throw new ServiceError('SERVICE_BROKER_UNKNOWN', `"${scheme}" is no broker that there is a driver for; known are ${known}.`);
  }
  const { createDriver } = await importDriver(name);
  return createDriver({ url: brokerUrl });
}

async function importDriver(name: string): Promise<DriverPackage> {
  try {
    return (await import(name)) as DriverPackage;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ServiceError('SERVICE_BROKER_UNKNOWN', `The driver ${name} is not installed.`, { cause });
  }
}
