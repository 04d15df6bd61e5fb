/** `banyan sagas`: counts and the youngest of all services; one with its history; and what an operator asks of one. */
import type { SagaAnswer, SagaCount, ServiceSaga } from '@banyan/controller/sagas';
import { textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import type { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { asTyped } from '../output.ts';
import { liveController, orderOf, printAnswer, systemOption } from './live-controller.ts';

const actions = ['retry', 'skip', 'edit', 'compensate'] as const;

export const sagas: CommandDescription = {
  name: 'sagas',
  usage: 'sagas [<id> [<action>]]',
  summary: 'Lists sagas, shows one with its history, or asks something of it: retry, skip, edit, compensate.',
  options: {
    state: { type: 'string', value: 'STATE', help: 'running, undoing, needs-operator, completed or compensated' },
    name: { type: 'string', value: 'NAME', help: 'only sagas of this name' },
    reason: { type: 'string', value: 'WHY', help: 'why it is asked; kept in the audit and with the saga' },
    input: { type: 'string', value: 'JSON', help: 'with edit: what later steps get' },
    result: { type: 'string', value: 'JSON', help: 'with skip: what later steps get for the step left out' },
    system: systemOption,
  },
  async run(call) {
    const client = liveController(call);
    const [id, action] = call.positionals;
    const { body, lines, isRefused } =
      id === undefined ? await list(client, call) : action === undefined ? await show(client, id) : await ask(client, id, action, call);
    printAnswer(call, body, lines);
    return isRefused === true ? 1 : 0;
  },
};

interface Answer {
  /** The saga did not do what was asked. */
  readonly isRefused?: boolean;
  readonly body: unknown;
  readonly lines: readonly string[];
}

async function list(client: ControllerClient, call: CommandCall): Promise<Answer> {
  const query = new URLSearchParams();
  for (const name of ['state', 'name']) {
    const value = textOption(call, name);
    if (value !== undefined) query.set(name, value);
  }
  const body = await client.read<{ counts: readonly SagaCount[]; sagas: readonly ServiceSaga[] }>(`/v1/sagas?${query.toString()}`);
  const counts = body.counts.map(({ service, name, state, count, p50Ms, p99Ms }) => {
    const times = p50Ms === null || p99Ms === null ? '' : `   p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms in the last hour`;
    return `${service.padEnd(12)} ${name.padEnd(24)} ${state.padEnd(15)} ${String(count).padStart(7)}${times}`;
  });
  const youngest = body.sagas.map(({ id, name, state, startedAt, marks, reason }) => {
    return `${id}  ${startedAt}  ${name.padEnd(20)} ${state.padEnd(15)} ${[...marks, reason ?? ''].filter(Boolean).join(', ')}`;
  });
  return { body, lines: counts.length === 0 ? ['No service has begun a saga.'] : [...counts, '', ...youngest] };
}

async function show(client: ControllerClient, id: string): Promise<Answer> {
  const saga = await client.read<ServiceSaga>(`/v1/sagas/${encodeURIComponent(id)}`);
  const began = Date.parse(saga.startedAt);
  const records = saga.records.map(({ number, at, kind, step, content }) => {
    const more = [content?.reason, content?.by === undefined ? undefined : `by ${content.by}`].filter(Boolean).join(', ');
    return `${String(number).padStart(4)}  ${`+${Date.parse(at) - began} ms`.padStart(10)}  ${kind.padEnd(12)} ${step ?? ''}  ${more}`;
  });
  const next =
    saga.state === 'needs-operator' ? ['', `Next: ${asTyped(`banyan sagas ${id} retry --reason "<why>"`)}, or skip, edit, compensate`] : [];
  const head = `${saga.name} ${saga.version} of ${saga.service}, key ${saga.key}: ${saga.state}${saga.reason === undefined ? '' : ` (${saga.reason})`}`;
  return { body: saga, lines: [head, `correlation id ${saga.correlationId}`, '', ...records, ...next] };
}

async function ask(client: ControllerClient, id: string, action: string, call: CommandCall): Promise<Answer> {
  if (!(actions as readonly string[]).includes(action)) {
    throw new CliError(
      'CLI_OPTION_INVALID',
      `"${action}" cannot be asked of a saga.`,
      `banyan sagas ${id} ${actions.join('|')} --reason WHY`,
    );
  }
  const { actor: by, reason } = orderOf(call, `banyan sagas ${id} ${action}`);
  const given = Object.fromEntries(['input', 'result'].flatMap((name) => jsonOption(call, name)));
  const path = `/v1/sagas/${encodeURIComponent(id)}/request`;
  const answer = await client.move(path, { action, reason, by, ...given }, () => undefined);
  const { answer: outcome, state } = answer as unknown as SagaAnswer;
  const next = outcome === 'carried-out' && state !== 'needs-operator' ? [] : ['', `Next: ${asTyped(`banyan sagas ${id}`)}`];
  return { body: answer, lines: [answer.message ?? '', ...next], isRefused: outcome === 'declined' };
}

function jsonOption(call: CommandCall, name: string): [string, unknown][] {
  const text = textOption(call, name);
  if (text === undefined) return [];
  try {
    return [[name, JSON.parse(text) as unknown]];
  } catch {
    throw new CliError('CLI_OPTION_INVALID', `--${name} is not JSON: ${text}`, `--${name} '{"isCorrect":true}'`);
  }
}
