/** A write as the gateway has seen it, to be done again on scratch copies; as GET /recording gives it. */

export interface RecordedWrite {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, as they went to the owner, Authorization included: never to be kept or shown. */
  readonly headers: readonly string[];
  /** Base64; absent when none was sent. */
  readonly body?: string;
  /** When it reached the gateway, in milliseconds since 1970 on the gateway's clock. */
  readonly startedMs: number;
  /** What the owner answered. */
  readonly status: number;
}

export interface RecordingReport {
  /** The gateway's clock: what it records with a later `startedMs` has begun after this call. */
  readonly nowMs: number;
  /** Since when this gateway process records; what came before is not known. */
  readonly sinceMs: number;
  /** In order of arrival. */
  readonly writes: readonly RecordedWrite[];
  /** Writes of the extraction that could not be kept, by reason, since `sinceMs`. */
  readonly droppedBy: Readonly<Record<string, number>>;
}
