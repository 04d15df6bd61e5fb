/** The thread that compares, so that neither a request nor an admin call ever waits for a diff. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { writeWhole } from '../primary/route-store.ts';
import { Comparison, type ComparisonState } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { ShadowSample, ShadowTally } from './sample.ts';

export interface ThreadSettings {
  readonly path: string;
  readonly samplesMin: number;
  readonly keepMs: number;
}

export type ToThread =
  | {
      readonly kind: 'samples';
      readonly source: string;
      readonly samples: readonly ShadowSample[];
      readonly tallies: readonly ShadowTally[];
    }
  | { readonly kind: 'forget'; readonly source: string }
  | { readonly kind: 'report'; readonly id: number }
  | { readonly kind: 'reset'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number };

export type FromThread =
  | { readonly kind: 'confirm'; readonly source: string; readonly sampleId: number; readonly scope: string | undefined }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'taken'; readonly samples: number };

interface Kept {
  readonly salt: string;
  readonly routes: ComparisonState;
}

/** The findings are written to disk at most this often. */
const keepEveryMs = 5_000;

const settings = workerData as ThreadSettings;
const port = parentPort!;
const kept = readKept();
const comparison = new Comparison({
  state: kept.routes,
  redactor: new Redactor(kept.salt),
  samplesMin: settings.samplesMin,
  keepMs: settings.keepMs,
  nowMs: Date.now,
});
let changed = false;

const timer = setInterval(keep, keepEveryMs);

port.on('message', (message: ToThread) => {
  if (message.kind === 'samples') take(message);
  else if (message.kind === 'forget') comparison.forget(message.source);
  else port.postMessage({ kind: 'answer', id: message.id, value: answer(message) } satisfies FromThread);
});

function take({ source, samples, tallies }: Extract<ToThread, { kind: 'samples' }>): void {
  for (const tally of tallies) comparison.tally(tally);
  for (const sample of samples) {
    if (comparison.take(sample, source))
      port.postMessage({ kind: 'confirm', source, sampleId: sample.id, scope: sample.scope } satisfies FromThread);
  }
  changed = true;
  port.postMessage({ kind: 'taken', samples: samples.length } satisfies FromThread);
}

function answer(message: Extract<ToThread, { id: number }>): unknown {
  if (message.kind === 'report') return comparison.report();
  if (message.kind === 'reset') {
    comparison.reset();
    changed = true;
  } else clearInterval(timer);
  keep();
  return undefined;
}

function keep(): void {
  if (!changed) return;
  changed = false;
  writeWhole(settings.path, JSON.stringify({ salt: kept.salt, routes: comparison.state } satisfies Kept));
}

function readKept(): Kept {
  const fresh = { salt: randomBytes(16).toString('hex'), routes: {} };
  if (!existsSync(settings.path)) return fresh;
  try {
    return JSON.parse(readFileSync(settings.path, 'utf8')) as Kept;
  } catch {
    return fresh; // findings are evidence of this run; a broken file is begun anew
  }
}
