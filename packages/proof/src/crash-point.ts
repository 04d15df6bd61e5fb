// Arms a named crash point in programs that were started with the crash preload, and waits for the death.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Channel of node:diagnostics_channel on which programs say `{ name }` at every step boundary. */
export const crashChannel = 'banyan.crash-point';

export interface CrashReport {
  readonly point: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ArmedCrash {
  /** Undefined when nobody reached the point in time (default 60,000 ms) or the signal aborted; the point is disarmed then. */
  died(options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<CrashReport | undefined>;
  disarm(): void;
}

/** @param file what BANYAN_CRASH_FILE of the programs names. One point at a time per file: arming replaces what was armed. */
export function armCrash(file: string, point: string): ArmedCrash {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(`${file}.died`, { force: true });
  writeFileSync(`${file}.new`, point);
  renameSync(`${file}.new`, file);
  const disarm = () => rmSync(file, { force: true });
  return {
    disarm,
    died: async ({ timeoutMs = 60_000, signal } = {}) => {
      const deadline = performance.now() + timeoutMs;
      const isOver = () => performance.now() >= deadline || signal?.aborted === true;
      for (; !isOver(); await delay(10)) {
        if (existsSync(`${file}.died`)) return JSON.parse(readFileSync(`${file}.died`, 'utf8')) as CrashReport;
      }
      disarm();
      return undefined;
    },
  };
}
