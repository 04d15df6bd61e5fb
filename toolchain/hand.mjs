// Runs a program in the foreground and leaves with its exit code; signals reach it, and we wait for it to clean up.
import { spawn } from 'node:child_process';

export function hand(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  process.on('SIGINT', () => {}); // the terminal sends it to the child as well
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
      resolve();
    });
  });
}
