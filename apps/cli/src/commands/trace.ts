/** `banyan trace <correlation id>`: what followed from one request, from the gateway to the last event, with times. */
import type { Trace, TraceEntry } from '@banyan/controller/trace';
import type { CommandDescription } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { liveController, systemOption } from './live-controller.ts';

export const trace: CommandDescription = {
  name: 'trace',
  usage: 'trace <id>',
  summary: 'Shows what followed from one request (its X-Trace-ID): events, who handled them, sagas, with times.',
  options: { system: systemOption },
  async run(call) {
    const [id] = call.positionals;
    if (id === undefined) {
      throw new CliError('CLI_OPTION_INVALID', 'No correlation id is given.', 'banyan trace <X-Trace-ID of an answer>');
    }
    const found = await liveController(call).read<Trace>(`/v1/trace?correlation=${encodeURIComponent(id)}`);
    process.stdout.write(call.json ? `${JSON.stringify(found)}\n` : `${drawTrace(found).join('\n')}\n`);
    return found.entries.length === 0 ? 1 : 0;
  },
};

/** One line per entry, milliseconds since the first. */
function drawTrace({ correlationId, entries, open }: Trace): string[] {
  const [first] = entries;
  if (first === undefined)
    return ['', `  Nothing is known of ${correlationId}: it has published no event and begun no saga, and no gateway remembers it.`, ''];
  const began = Date.parse(first.at);
  const lines = entries.map((entry) => {
    const ms = `+${Date.parse(entry.at) - began} ms`;
    return `  ${ms.padStart(10)}  ${entry.program.padEnd(14)} ${describe(entry)}`;
  });
  const took = Date.parse(entries.at(-1)?.at ?? first.at) - began;
  const end = open === 0 ? `${took} ms from the first to the last` : `${open} still to be handled`;
  return ['', `  ${correlationId}, ${first.at}`, '', ...lines, '', `  ${entries.length} entries, ${end}`, ''];
}

function describe({ kind, what, detail }: TraceEntry): string {
  const verbs = {
    request: 'was asked ',
    saga: '',
    published: 'published ',
    handled: 'handled ',
    'set-aside': 'could not handle ',
    waiting: 'is about to publish ',
  } as const;
  const more = detail === '' || kind === 'handled' ? '' : `  (${detail})`;
  return `${verbs[kind]}${what}${more}`;
}
