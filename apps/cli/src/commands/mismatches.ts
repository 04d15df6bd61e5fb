/** `banyan mismatches`: in what the service's answers differ from the monolith's, grouped by field, both sides beside each other. */
import type { MismatchGroup } from '@banyan/gateway/shadow-report';
import type { CommandDescription } from '../command-line.ts';
import { formatCount, marks, paint } from '../output.ts';
import { liveController, systemOption } from './live-controller.ts';

interface MismatchesAnswer {
  readonly extractions: readonly {
    readonly extraction: string;
    readonly compared: number;
    readonly mismatches: number;
    readonly groups: readonly MismatchGroup[];
  }[];
}

const groupsShown = 20;
const answerShown = 400;

export const mismatches: CommandDescription = {
  name: 'mismatches',
  usage: 'mismatches <extraction>',
  summary: "Shows in what the service's answers differ from the monolith's, since it entered shadow. Exit code 1 when one does.",
  arguments: 'Without an extraction: of all. Values that may be personal are shown as hashes.',
  options: { system: systemOption },
  async run(call) {
    const [name] = call.positionals;
    const query = name === undefined ? '' : `?extraction=${encodeURIComponent(name)}`;
    const answer = await liveController(call).read<MismatchesAnswer>(`/v1/mismatches${query}`);
    process.stdout.write(call.json ? `${JSON.stringify(answer)}\n` : `\n${answer.extractions.flatMap(describe).join('\n')}\n\n`);
    return answer.extractions.some((it) => it.mismatches > 0) ? 1 : 0;
  },
};

function describe({ extraction, compared, mismatches: count, groups }: MismatchesAnswer['extractions'][number]): string[] {
  const mark = count === 0 ? marks.done : marks.failed;
  const head = `  ${mark} ${extraction}: ${formatCount(compared)} answers compared, ${count === 0 ? 'none differs' : `${formatCount(count)} differ`}`;
  const shown = groups.toSorted((one, other) => other.count - one.count).slice(0, groupsShown);
  return [
    head,
    ...shown.flatMap(describeGroup),
    ...(groups.length > groupsShown ? [`    and ${groups.length - groupsShown} more fields`] : []),
  ];
}

function describeGroup({ path, kind, count, sample }: MismatchGroup): string[] {
  return [
    `    ${paint('bold', path === '' ? 'the whole body' : path)}: ${kind}, ${formatCount(count)} times, as in ${sample.method} ${sample.path}`,
    `      owner    ${cut(sample.owner)}`,
    `      service  ${cut(sample.candidate)}`,
  ];
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= answerShown ? line : `${line.slice(0, answerShown)} …`;
}
