/** `banyan doctor`: what is wrong on this machine or with what runs, each with the command that mends it. */
import { existsSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { explainError } from '../errors.ts';
import { asTyped, createReporter, marks } from '../output.ts';
import { holderOfPort } from '../programs/ports.ts';
import { isAlive, readRunRecord } from '../programs/run-record.ts';
import { folderOfSystem, homeDirectory, systemNames } from '../running/locate-system.ts';
import { type Check, checkSystem } from './doctor-system.ts';
import { findLiveRuns, runDirectory, type LiveRun } from '../running/run-directory.ts';

export const doctor: CommandDescription = {
  name: 'doctor',
  usage: 'doctor <system>',
  summary: 'Looks for what is wrong here and says what to do. Exit code 1 when something is.',
  arguments: 'With a system (or in the folder of one): also whether what is attached answers, and what its databases lack to be followed.',
  options: {},
  async run(call) {
    const runs = findLiveRuns();
    const word = call.positionals[0] ?? folderOfSystem();
    const checks = [
      checkNode(),
      checkDisk(),
      checkMemory(),
      checkBuild(),
      checkPort(runs),
      ...checkLeftovers(),
      ...(await Promise.all(runs.map(checkRun))),
      ...(await Promise.all(runs.flatMap(checkConsole))),
      ...(word === undefined ? [] : await checkSystem(word)),
    ];
    const failed = checks.filter((check) => !check.ok);
    if (call.json) process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, checks })}\n`);
    else print(checks);
    return failed.length === 0 ? 0 : 1;
  },
};

function print(checks: readonly Check[]): void {
  const reporter = createReporter(false);
  reporter.line();
  for (const check of checks) {
    const mark = check.isNote === true ? marks.warning : check.ok ? marks.done : marks.failed;
    reporter.line(`  ${mark} ${check.name.padEnd(12)} ${check.found}`);
    if (mark !== marks.done && check.fix !== undefined) reporter.line(`    Next: ${asTyped(check.fix)}`);
  }
  reporter.line();
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 22 || (major === 22 && minor >= 19);
  return {
    name: 'node',
    ok,
    found: `Node ${process.versions.node} on ${process.platform}-${process.arch}`,
    fix: 'npm ci --include=optional',
  };
}

function checkDisk(): Check {
  const home = homeDirectory();
  if (!existsSync(home)) return { name: 'disk', ok: false, found: `${home} does not exist`, fix: `mkdir -p ${home}` };
  const disk = statfsSync(home);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1e6);
  return { name: 'disk', ok: freeMb >= 400, found: `${freeMb} MB free in ${home}`, fix: `df -h ${home}` };
}

function checkMemory(): Check {
  const freeMb = Math.floor(freemem() / 1e6);
  return {
    name: 'memory',
    ok: freeMb >= 300,
    found: `${freeMb} of ${Math.floor(totalmem() / 1e6)} MB free`,
    fix: 'End what is not needed; a demo takes under 1 GB',
  };
}

function checkBuild(): Check {
  const entries = ['@banyan/gateway/main', '@banyan/controller/main', '@banyan/standins/main'].map((name) =>
    fileURLToPath(import.meta.resolve(name)),
  );
  const missing = entries.filter((entry) => !existsSync(entry));
  return {
    name: 'build',
    ok: missing.length === 0,
    found: missing.length === 0 ? 'all programs are built' : `missing: ${missing.join(', ')}`,
    fix: 'npm run build',
  };
}

function checkPort(runs: readonly LiveRun[]): Check {
  const ours = runs.find((run) => run.facts.gatewayUrl.endsWith(':3000'));
  if (ours !== undefined) return { name: 'port 3000', ok: true, found: `the gateway of ${ours.facts.system}` };
  const holder = holderOfPort(3000);
  if (holder === undefined) return { name: 'port 3000', ok: true, found: 'free' };
  return { name: 'port 3000', ok: false, found: `held by ${holder.command} (pid ${holder.pid})`, fix: 'npm start -- --port 3010' };
}

function checkLeftovers(): Check[] {
  return systemNames().flatMap((system) =>
    (['up', 'demo', 'prove'] as const).flatMap((kind) => {
      const record = readRunRecord(runDirectory(system, kind));
      if (record === undefined || isAlive(record.owner)) return [];
      const left = record.processes.filter(isAlive);
      const found =
        left.length === 0
          ? 'a killed run left no process'
          : `a killed run left ${left.map((entry) => `${entry.name} (pid ${entry.pid})`).join(', ')}`;
      return [
        {
          name: `${system} ${kind}`,
          ok: left.length === 0,
          found,
          fix: `The next banyan ${kind} ${system} ends them, or: kill ${left.map((entry) => entry.pid).join(' ')}`,
        },
      ];
    }),
  );
}

async function checkRun(run: LiveRun): Promise<Check> {
  const name = `${run.facts.system} ${run.kind}`;
  try {
    await new ControllerClient({ url: run.facts.controllerUrl, token: run.facts.controllerToken }).read(
      '/v1/state',
      AbortSignal.timeout(3_000),
    );
    return { name, ok: true, found: `runs since ${run.facts.startedAt}, gateway ${run.facts.gatewayUrl}` };
  } catch (error) {
    return { name, ok: false, found: explainError(error).message, fix: `less ${run.directory}/logs/controller.log` };
  }
}

function checkConsole({ facts, directory }: LiveRun): Promise<Check>[] {
  if (facts.console === undefined) return [];
  const { url } = facts.console;
  const answers = fetch(new URL('/health', url), { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return [
    answers.then((ok) => ({
      name: 'console',
      ok,
      found: `${url} ${ok ? 'answers' : 'does not answer'}`,
      fix: `less ${directory}/logs/console.log`,
    })),
  ];
}
