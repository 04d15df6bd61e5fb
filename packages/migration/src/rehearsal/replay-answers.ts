/** Does each recorded write again on all three copies, in the order of arrival, and judges the service's answers by the monolith's. */

import { AnswerJudge, fieldOfBody, Replayer } from '@banyan/gateway/replay';
import type { AboutRule, AnsweredWrite, CapturedAnswer, WriteRules } from '@banyan/gateway/replay';
import type { RecordedWrite } from '@banyan/gateway/recorded-write';
import { randomBytes } from 'node:crypto';
import { MigrationError } from '../errors.ts';
import type { RehearsalEvidence } from '../rehearsal-evidence.ts';
import type { Samples } from './samples.ts';

export interface ReplayOptions {
  /** In order of arrival; each call gives those that came since the last one, and none when the time is up. */
  readonly writes: () => Promise<readonly RecordedWrite[]>;
  /** Base URLs of the programs on the copies. */
  readonly monolith: string;
  readonly twin: string;
  /** Of the service that answers a route once the cutover has been made. */
  readonly serviceOf: (route: string) => string;
  /** What routes declare of their answers, by id. */
  readonly rules: Readonly<Record<string, WriteRules>>;
  /** Whether the monolith's copy has the row that a write is about. */
  readonly has: (rule: AboutRule, value: string) => Promise<boolean>;
  /** Awaited after each write, before the next one begins. */
  readonly settled: (route: string) => Promise<void>;
  readonly samples: Samples;
  readonly signal: AbortSignal;
}

type Answers = Pick<
  RehearsalEvidence,
  'replayed' | 'asRecorded' | 'equal' | 'explained' | 'differing' | 'announced' | 'writesByRoute' | 'rules'
>;

/**
 * Goes on until a route that announces has announced something, as long as writes come: where nobody is given anything, a service that never gives
 * anything is right. Throws MIGRATION_REHEARSAL_BROKEN_OFF when a copy of the monolith gives no answer: then there is nothing to judge by.
 */
export async function replayAnswers(options: ReplayOptions): Promise<Answers> {
  const replayer = new Replayer();
  const judge = new AnswerJudge(randomBytes(16).toString('hex'), options.rules);
  const answered: AnsweredWrite[] = [];
  const leftOut = new Map<string, number>();
  try {
    for (let writes = await options.writes(); writes.length > 0; writes = await options.writes()) {
      for (const write of writes) {
        options.signal.throwIfAborted();
        if (!(await isKnown(write, options))) {
          leftOut.set(write.route, (leftOut.get(write.route) ?? 0) + 1);
          continue;
        }
        const answers = await answerOf(replayer, write, options);
        judge.learn(answers);
        answered.push(answers);
        await options.settled(write.route);
      }
      if (judge.announced !== 0) break;
    }
  } finally {
    await replayer.close();
  }
  const { rules, ...answers } = judged(judge, answered, options.samples);
  const newer = [...leftOut].map(([route, count]) => `${route}: ${count} left out, about rows that came after the copies were made`);
  return { ...answers, rules: [...rules, ...newer] };
}

/** One about a row that is newer than the copies would be refused there, and whatever an owner leaves behind of a refused write is not what is proven. */
async function isKnown(write: RecordedWrite, { rules, has }: ReplayOptions): Promise<boolean> {
  const about = rules[write.route]?.about;
  const value = about === undefined ? undefined : fieldOfBody(write, about.field);
  return about === undefined || value === undefined || write.status >= 400 || has(about, value);
}

/**
 * The service between the monolith's two copies: what a clock has moved on for the service it has moved on for the twin as well, whatever its
 * resolution, so that it shows as the monolith's own noise.
 */
async function answerOf(replayer: Replayer, write: RecordedWrite, urls: ReplayOptions): Promise<AnsweredWrite> {
  const owner = await ofMonolith(replayer.send(urls.monolith, write), write);
  const candidate = await replayer.send(urls.serviceOf(write.route), write);
  return { write, owner, candidate, ownerAgain: await ofMonolith(replayer.send(urls.twin, write), write) };
}

async function ofMonolith(sent: Promise<CapturedAnswer | string>, { route }: RecordedWrite): Promise<CapturedAnswer> {
  const answer = await sent;
  if (typeof answer === 'object') return answer;
  throw new MigrationError('MIGRATION_REHEARSAL_BROKEN_OFF', `A copy of the monolith did not answer ${route}: ${answer}.`);
}

function judged(judge: AnswerJudge, answered: readonly AnsweredWrite[], samples: Samples): Answers {
  const counts = { equal: 0, explained: 0, differing: 0 };
  const writesByRoute: Record<string, number> = {};
  for (const it of answered) {
    const { route } = it.write;
    const { outcome, findings } = judge.judge(it);
    counts[outcome] += 1;
    writesByRoute[route] = (writesByRoute[route] ?? 0) + 1;
    for (const { path, kind, owner, candidate } of findings)
      samples.add('answer', `${route} ${path}`.trimEnd(), kind, `monolith: ${owner || 'nothing'}; service: ${candidate || 'nothing'}`);
  }
  const { announced } = judge;
  return {
    replayed: answered.length,
    asRecorded: answered.filter(({ write, owner }) => owner.status === write.status).length,
    ...counts,
    ...(announced === undefined ? {} : { announced }),
    writesByRoute,
    rules: [
      ...[...judge.declared()].map(([route, sentence]) => `${route}: declared: ${sentence}`),
      ...[...judge.rules()].flatMap(([route, found]) => found.map(({ path, kind }) => `${route}: ${kind} of ${path || 'the body'}`)),
    ],
  };
}
