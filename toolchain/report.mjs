// What a person sees while the set-up works: one line per step with its time, and on failure the cause and the next command.
import { spawn } from 'node:child_process';

export function say(text) {
  process.stderr.write(`  ${text}\n`);
}

export function fail(cause, next) {
  process.stderr.write(`\n  ✖ ${cause}\n    Next: ${next}\n\n`);
  process.exit(1);
}

/** Runs a set-up step quietly; after ten seconds it shows the last line of its output so that nobody wonders. */
export function run(label, command, args, options = {}) {
  const started = Date.now();
  let output = '';
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const note = (chunk) => {
    output = (output + chunk).slice(-200_000);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const waiting = setInterval(() => {
    const last = output.trim().split('\n').pop() ?? '';
    say(`… ${label} (${seconds(started)}) ${last.slice(0, 100)}`);
  }, 10_000);
  return new Promise((resolve) => {
    const settle = (code, extra = '') => {
      clearInterval(waiting);
      const quick = Date.now() - started < 1500;
      if (code === 0 && !quick) say(`✔ ${label.padEnd(10)} ${seconds(started)}`);
      resolve({ code, output: output + extra });
    };
    child.on('error', (error) => settle(1, error.message));
    child.on('exit', (code) => settle(code ?? 1));
  });
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
