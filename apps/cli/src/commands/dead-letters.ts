/** `banyan dead-letters`: groups of all services; the letters of one; one with its payload; and giving one up. */
import type { DeadLetterEntry, DeadLetterGroup, DeadLetterOverview } from '@banyan/controller/dead-letters';
import { numberOption, textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import type { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { drawGroups, drawLetter, drawLetters } from '../view/dead-letters.ts';
import { liveController, orderOf, printAnswer, systemOption } from './live-controller.ts';

export const deadLetters: CommandDescription = {
  name: 'dead-letters',
  usage: 'dead-letters [<action> <id>]',
  summary: 'Shows events that no service could handle, grouped by error; one with its payload; or gives one up for good.',
  arguments: 'Actions: show, discard. To have them handled again: banyan redrive.',
  options: {
    group: { type: 'string', value: 'ID', help: 'the letters of one group, by the id in front of it' },
    service: { type: 'string', value: 'NAME', help: 'the letters of one service' },
    type: { type: 'string', value: 'TYPE', help: 'the letters of one type of event' },
    limit: { type: 'string', value: 'N', help: 'at most so many letters, the oldest (100)' },
    discarded: { type: 'boolean', help: 'those that were given up' },
    'show-personal': { type: 'boolean', help: 'with show: personal data as well; needs --reason' },
    reason: { type: 'string', value: 'WHY', help: 'why it is given up, or looked at; kept in the audit' },
    system: systemOption,
  },
  async run(call) {
    const [action, id] = call.positionals;
    if (action === undefined) return list(liveController(call), call);
    if (action !== 'show' && action !== 'discard') {
      throw new CliError(
        'CLI_OPTION_INVALID',
        `"${action}" is nothing that is done with a dead letter.`,
        'banyan dead-letters show <id>, or discard <id>',
      );
    }
    if (id === undefined) throw new CliError('CLI_OPTION_INVALID', 'No id of a dead letter is given.', 'banyan dead-letters');
    return action === 'show' ? show(liveController(call), call, id) : discard(liveController(call), call, id);
  },
};

interface Letters {
  readonly entries: readonly DeadLetterEntry[];
  readonly away: DeadLetterOverview['away'];
}

async function list(client: ControllerClient, call: CommandCall): Promise<number> {
  const query = new URLSearchParams();
  const group = textOption(call, 'group');
  if (group !== undefined) for (const [name, value] of Object.entries(selectorOf(await findGroup(client, group)))) query.set(name, value);
  for (const name of ['service', 'type', 'limit']) {
    const value = textOption(call, name);
    if (value !== undefined) query.set(name, name === 'limit' ? String(numberOption(call, 'limit', 100, { min: 1, max: 10_000 })) : value);
  }
  if (call.options['discarded'] === true) query.set('discarded', 'true');
  if (query.size === 0) {
    const overview = await client.read<DeadLetterOverview>('/v1/dead-letters');
    printAnswer(call, overview, drawGroups(overview, Date.now()));
    return 0;
  }
  const found = await client.read<Letters>(`/v1/dead-letters?${query.toString()}`);
  printAnswer(call, found, drawLetters(found.entries, found.away, Date.now()));
  return 0;
}

/** Throws CLI_DEAD_LETTER_GROUP_UNKNOWN. */
export async function findGroup(client: ControllerClient, id: string): Promise<DeadLetterGroup> {
  const { groups } = await client.read<DeadLetterOverview>('/v1/dead-letters');
  const found = groups.find((group) => group.id === id);
  if (found !== undefined) return found;
  throw new CliError('CLI_DEAD_LETTER_GROUP_UNKNOWN', `There is no group "${id}" of dead letters.`, 'banyan dead-letters');
}

export function selectorOf({
  service,
  group,
  type,
  error,
}: DeadLetterGroup): Readonly<Record<'service' | 'group' | 'type' | 'error', string>> {
  return { service, group, type, error };
}

async function show(client: ControllerClient, call: CommandCall, id: string): Promise<number> {
  const query = new URLSearchParams({ id });
  if (call.options['discarded'] === true) query.set('discarded', 'true');
  if (call.options['show-personal'] === true) {
    const order = orderOf(call, `banyan dead-letters show ${id} --show-personal`);
    for (const [name, value] of Object.entries({ ...order, showPersonal: 'true' })) query.set(name, value);
  }
  const { entries, away } = await client.read<Letters>(`/v1/dead-letters?${query.toString()}`);
  const [entry] = entries;
  printAnswer(call, entry ?? null, entry === undefined ? drawLetters([], away, Date.now()) : drawLetter(entry));
  return entry === undefined ? 1 : 0;
}

async function discard(client: ControllerClient, call: CommandCall, id: string): Promise<number> {
  const order = orderOf(call, `banyan dead-letters discard ${id}`);
  const answer = await client.move('/v1/dead-letters/discard', { id, ...order }, () => undefined);
  printAnswer(call, answer, [answer.message ?? '']);
  return 0;
}
