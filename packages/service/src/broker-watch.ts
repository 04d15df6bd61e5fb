/** What a service knows of its broker: waits for it at the start, and notes with each call whether it is there, for the health of the program. */
import { setTimeout as wait } from 'node:timers/promises';
import type { BusDriver, DriverSubscription } from '@banyan/bus';
import { report } from './report.ts';

/** By consumer group, which is the name of the service: `ok`, or why it is waited for. A program without messaging has no entry. */
const states = new Map<string, string>();

/** Undefined when the service has nothing to do with a broker. A broker that is away keeps no service from its requests: events wait in the outbox. */
export function brokerState(service: string): string | undefined {
  return states.get(service);
}

export function forgetBroker(group: string): void {
  states.delete(group);
}

const pausesMs = { first: 100, longest: 5_000 };

/** Connects as soon as the broker answers, however long that takes; throws at once what no waiting mends. */
export async function untilThere<Result>(group: string, connect: () => Promise<Result>): Promise<Result> {
  for (let pauseMs = pausesMs.first; ; pauseMs = Math.min(pauseMs * 2, pausesMs.longest)) {
    try {
      const result = await connect();
      note(group, 'ok');
      return result;
    } catch (error) {
      if ((error as { code?: string }).code !== 'BUS_CONNECTION_LOST') throw error;
      note(group, (error as Error).message);
    }
    await wait(pauseMs);
  }
}

/** The driver, whose calls tell whether the broker is there. */
export function watched(group: string, driver: BusDriver): BusDriver {
  return {
    capabilities: driver.capabilities,
    publish: (batch, options) => noting(group, driver.publish(batch, options)),
    subscribe: async (options) => watchedSubscription(group, await noting(group, driver.subscribe(options))),
    close: () => driver.close(),
  };
}

function watchedSubscription(group: string, subscription: DriverSubscription): DriverSubscription {
  return {
    pull: (options) => noting(group, subscription.pull(options)),
    close: () => subscription.close(),
  };
}

async function noting<Result>(group: string, call: Promise<Result>): Promise<Result> {
  try {
    const result = await call;
    note(group, 'ok');
    return result;
  } catch (error) {
    if (isOfBroker(error)) note(group, error.message);
    throw error;
  }
}

/** Away, or there and refusing what is asked; not a batch that is no longer ours, nor a driver that is closed. */
function isOfBroker(error: unknown): error is Error {
  return /^BUS_(CONNECTION_LOST|.*_REFUSED)$/.test((error as { code?: string }).code ?? '');
}

function note(group: string, state: string): void {
  const before = states.get(group);
  states.set(group, state === 'ok' ? state : `waited for: ${state}`);
  if (state !== 'ok' && (before === undefined || before === 'ok'))
    report('warn', 'service.broker.awaited', 'The broker is waited for', { group, reason: state });
  if (state === 'ok' && before !== undefined && before !== 'ok') report('info', 'service.broker.back', 'The broker is there', { group });
}
