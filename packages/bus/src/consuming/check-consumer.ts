/** What a consumer cannot be started with. */
import type { ConsumerOptions } from '../consumer-options.ts';
import { BusError } from '../errors.ts';

/** Throws BUS_CONSUMER_INVALID naming everything that is wrong, BUS_REPLAY_UNSUPPORTED. */
export function checkConsumer<Session>(options: ConsumerOptions<Session>): void {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new BusError('BUS_CONSUMER_INVALID', `Consumer "${options.group}": ${problems.join('; ')}.`);
  if ((options.generation ?? 0) > 0 && !options.driver.capabilities.readsFromBeginning) {
    throw new BusError('BUS_REPLAY_UNSUPPORTED', `Consumer "${options.group}" cannot replay: its broker keeps nothing to read again.`);
  }
}

function problemsOf<Session>({ group, handlers, generation = 0, limits = {}, retry = {} }: ConsumerOptions<Session>): string[] {
  const types = handlers.map(({ contract }) => contract.type);
  const doubled = types.filter((type, index) => types.indexOf(type) !== index);
  return [
    ...when(!/^[a-z][a-z0-9-]{0,62}$/.test(group), 'its group is not 1 to 63 lower-case letters, digits and "-", beginning with a letter'),
    ...when(types.length === 0, 'it has no handlers'),
    ...doubled.map((type) => `"${type}" has two handlers`),
    ...when(!Number.isSafeInteger(generation) || generation < 0, `generation ${generation} is not a whole number from 0`),
    ...when(
      generation > 0 && handlers.every(({ replayable }) => !replayable),
      'none of its handlers is replayable, so there is nothing to replay to',
    ),
    ...numbersOf({ ...limits, ...retry }).map(([name, value]) => `${name} ${String(value)} is not a positive number`),
  ];
}

function numbersOf(settings: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(settings).filter(([name, value]) => name !== 'pausesMs' && !(typeof value === 'number' && value > 0));
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
