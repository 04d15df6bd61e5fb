// Node preload (`node --import @banyan/proof/crash-preload`): the process kills itself at a named point of its own work.
// BANYAN_CRASH_FILE names a file; while it holds a name, the first process to reach that point takes the file away and dies.
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { crashChannel, type CrashReport } from './crash-point.ts';

const file = process.env['BANYAN_CRASH_FILE'];
if (file !== undefined) subscribe(crashChannel, (message) => dieIfArmed(file, (message as { name: string }).name));

function dieIfArmed(file: string, point: string): void {
  if (!existsSync(file)) return; // a read that fails takes ten times as long, and programs come by such points a thousand times a second
  try {
    if (readFileSync(file, 'utf8') !== point) return;
    renameSync(file, `${file}.taken`); // several processes may stand at the point: one of them gets it
  } catch {
    return; // not armed, or another process was quicker
  }
  const report: CrashReport = { point, pid: process.pid, at: Date.now() };
  writeFileSync(`${file}.died.new`, JSON.stringify(report));
  renameSync(`${file}.died.new`, `${file}.died`);
  process.kill(process.pid, 'SIGKILL');
  for (;;); // the signal ends the process before this statement returns to the code under test
}
