/** `banyan rehearse`: recorded writes done again on scratch copies of both sides; what differs is shown, and the gate before owner knows. */
import { userInfo } from 'node:os';
import type { StateView } from '@banyan/controller/state-view';
import { rehearsalText, type RehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import { numberOption, textOption, type CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { CliError } from '../errors.ts';
import { createReporter, marks, paint, type Reporter } from '../output.ts';
import { readLiveSystem } from '../rehearsal/live-system.ts';
import { runRehearsal } from '../rehearsal/rehearse.ts';
import { tellRehearsal } from '../rehearsal/tell-rehearsal.ts';
import { findLiveRun } from '../running/run-directory.ts';
import { createStopSignal } from '../running/stop-signal.ts';
import { moveOptions, requireExtraction } from './moves.ts';

export const rehearse: CommandDescription = {
  name: 'rehearse',
  usage: 'rehearse <extraction>',
  summary:
    'Does recorded writes again on scratch copies of both sides and compares answers, rows and events. Exit code 1 when one differs.',
  options: {
    writes: { type: 'string', value: 'N', help: 'replay as soon as this many were recorded (twice what the gate needs)' },
    wait: { type: 'string', value: 'SECONDS', help: 'replay what was recorded after this long (120)' },
    system: moveOptions['system']!,
  },
  async run(call) {
    const extraction = requireExtraction(call, 'rehearse');
    const run = findLiveRun(textOption(call, 'system'));
    const client = new ControllerClient({ url: run.facts.controllerUrl, token: run.facts.controllerToken });
    const reporter = createReporter(call.json);
    const stop = createStopSignal();
    const evidence = await runRehearsal({
      live: await readLiveSystem(run),
      extraction,
      state: await client.read<StateView>('/v1/state'),
      ...(call.options['writes'] === undefined ? {} : { writesWanted: numberOption(call, 'writes', 1, { min: 1, max: 500 }) }),
      waitMs: numberOption(call, 'wait', 120, { min: 1, max: 86_400 }) * 1_000,
      reporter,
      signal: stop.signal,
    });
    stop.dispose();
    if (call.json) process.stdout.write(`${JSON.stringify(evidence)}\n`);
    else printEvidence(extraction, evidence, reporter);
    await tellRehearsal(client, extraction, userInfo().username, evidence);
    if (evidence.replayed === 0 && evidence.writesByRoute !== undefined) throw nothingRecorded(extraction, evidence);
    return 0;
  },
};

function nothingRecorded(extraction: string, evidence: RehearsalEvidence): CliError {
  return new CliError(
    'CLI_NOTHING_RECORDED',
    rehearsalText(evidence),
    `Let somebody ask it, or give it longer: banyan rehearse ${extraction} --wait 600. To move it unproven: banyan advance ${extraction} --force --reason "..."`,
  );
}

function printEvidence(extraction: string, evidence: RehearsalEvidence, reporter: Reporter): void {
  for (const { route, reason } of evidence.leftOut) reporter.line(`  ${marks.warning} ${route} is not rehearsed: ${reason}`);
  if (evidence.writesByRoute === undefined) {
    reporter.line(`  ${marks.done} "${extraction}" has no write that can be done again, so no gate asks for it.`);
    return;
  }
  for (const { of, where, kind, count, detail } of evidence.samples)
    reporter.line(`  ${marks.failed} ${paint('bold', `${of} ${where}`)} ${kind}, ${count} times: ${detail}`);
  for (const rule of evidence.rules) reporter.line(`  ${marks.busy} noise: ${rule}`);
  if (evidence.callsRefused > 0) reporter.warn(`${evidence.callsRefused} calls to programs that take no part were refused`);
  reporter.line(`  ${marks.done} ${rehearsalText(evidence)}`);
}
