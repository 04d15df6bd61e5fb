/** What a worker hands over for comparison: two or three answers to one request, or only counts when they were equal. */
import type { ComparisonRules } from '../route-table.ts';

export interface CapturedAnswer {
  readonly status: number;
  /** Names and values in turn, as received. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** What the route declares, with everything a comparison needs: for an answer that is drawn as a whole, `draws` are those of the list. */
export type DeclaredRules = ComparisonRules;

export interface ShadowSample {
  /** Unique within the worker; a confirmation carries the id of the sample it confirms. */
  readonly id: number;
  readonly route: string;
  readonly scope: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly owner: CapturedAnswer;
  /** Absent when the candidate did not answer; `failure` says why. */
  readonly candidate: CapturedAnswer | undefined;
  readonly failure: string | undefined;
  /** The owner asked once more: what differs between it and `owner` is the owner's own noise. */
  readonly again: CapturedAnswer | undefined;
  readonly compare: DeclaredRules | undefined;
  /** The owner's list that the answer is declared to be drawn from. */
  readonly list: CapturedAnswer | undefined;
  /** No write to the tables of this extraction was under way while the answers were made. */
  readonly quiet: boolean;
  readonly confirms: boolean;
}

/** Counts per route of what needed no comparison. */
export interface ShadowTally {
  readonly route: string;
  equal: number;
  /** Of the owner with itself. */
  ownerEqual: number;
  readonly dropped: Record<string, number>;
}
