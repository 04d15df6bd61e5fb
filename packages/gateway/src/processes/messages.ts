/** What the primary and its workers say to each other. */
import type { ResolvedConfig } from '../config.ts';
import type { RouteTable } from '../route-table.ts';
import type { WrittenBatch } from '../recording/write-recorder.ts';
import type { ShadowSample, ShadowTally } from '../shadow/sample.ts';
import type { TrafficSnapshot } from '../worker/traffic.ts';

export type ToWorker =
  | { readonly kind: 'begin'; readonly config: ResolvedConfig; readonly table: RouteTable; readonly pins: readonly PinnedScope[] }
  | { readonly kind: 'routes'; readonly id: number; readonly table: RouteTable }
  | { readonly kind: 'drain'; readonly id: number; readonly routeIds: readonly string[]; readonly timeoutMs: number }
  | { readonly kind: 'report'; readonly id: number }
  | { readonly kind: 'find-requests'; readonly id: number; readonly traceId: string }
  | { readonly kind: 'pin'; readonly id: number; readonly scopes: readonly string[]; readonly key: string }
  | { readonly kind: 'unpin'; readonly scope: string; readonly keys: readonly string[] }
  | { readonly kind: 'pin-all'; readonly id: number; readonly scope: string; readonly on: boolean; readonly keys: readonly string[] }
  | { readonly kind: 'barrier-state'; readonly scope: string; readonly working: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'confirm'; readonly sampleId: number; readonly scope: string | undefined }
  | { readonly kind: 'stop'; readonly drainMs: number };

export interface PinnedScope {
  readonly scope: string;
  readonly keys: readonly string[];
  readonly all: boolean;
}

export interface WorkerReport {
  readonly pid: number;
  readonly version: number;
  readonly inFlight: number;
  readonly held: number;
  readonly traffic: TrafficSnapshot;
}

export type ToPrimary =
  | { readonly kind: 'hello' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly fix: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'pin-request'; readonly id: number; readonly scopes: readonly string[]; readonly key: string }
  | { readonly kind: 'written'; readonly scopes: readonly string[]; readonly key: string; readonly known: boolean }
  | { readonly kind: 'barrier-request'; readonly id: number; readonly scope: string }
  | { readonly kind: 'shadow'; readonly samples: readonly ShadowSample[]; readonly tallies: readonly ShadowTally[] }
  | { readonly kind: 'written-down'; readonly batches: readonly WrittenBatch[] }
  | { readonly kind: 'report'; readonly report: WorkerReport };
