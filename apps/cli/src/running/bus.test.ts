import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Bus, busNamed, chooseBus } from './bus.ts';
import type { LocatedSystem } from './locate-system.ts';
import { startBroker } from './running-broker.ts';

const call = (bus?: string) => ({ options: bus === undefined ? {} : { bus }, positionals: [], json: false });
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'banyan-bus-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

it('the broker is the one of the option, else of the environment, else the embedded server', () => {
  vi.stubEnv('BANYAN_BROKER_URL', 'amqp://elsewhere/shop');
  expect(chooseBus(call('postgres'))).toEqual({ kind: 'postgres' });
  expect(chooseBus(call())).toEqual({ kind: 'given', url: 'amqp://elsewhere/shop' });
  vi.stubEnv('BANYAN_BROKER_URL', undefined);
  expect(chooseBus(call())).toEqual({ kind: 'postgres' });
});

it('what names no broker, or one that is not installed, is refused with what to do', () => {
  expect(() => busNamed('rabbit')).toThrow(expect.objectContaining({ code: 'CLI_OPTION_INVALID' }));
  vi.stubEnv('PATH', '');
  vi.stubEnv('BANYAN_RABBITMQ', undefined);
  expect(() => busNamed('rabbitmq')).toThrow(
    expect.objectContaining({ code: 'CLI_OPTION_INVALID', fix: expect.stringContaining('apt-get install rabbitmq-server') as string }),
  );
});

it('a run goes on with the broker that it began with', async () => {
  const system = { definition: { broker: 'embedded' } } as unknown as LocatedSystem;
  const start = (bus: Bus) => startBroker({ bus, system, directory, onSpawn: () => {}, onTrouble: () => {} });
  expect(await start(busNamed('postgres'))).toBeUndefined();
  expect(await start(busNamed('postgres'))).toBeUndefined();
  await expect(start(busNamed('amqp://user:secret@127.0.0.1:1/shop'))).rejects.toMatchObject({
    code: 'CLI_OPTION_INVALID',
    message: 'This run has its events on postgres; what is under way there would be missing on amqp://127.0.0.1:1/shop.',
  });
});

it('a system without events has no broker', async () => {
  const system = { definition: {} } as unknown as LocatedSystem;
  const bus = busNamed('amqp://127.0.0.1:1/shop');
  expect(await startBroker({ bus, system, directory, onSpawn: () => {}, onTrouble: () => {} })).toBeUndefined();
});
