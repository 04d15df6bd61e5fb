/** What the comparison of two programs' answers has found, as GET /shadow shows it. */

/** A way in which the owner's answers differ from its own, learned by asking it twice. */
export interface NoiseRule {
  /** Field path, `[]` for any element: `[].username`. */
  readonly path: string;
  readonly kind: string;
  /** How often the owner differed from itself here, in how many comparisons. */
  readonly varied: number;
  readonly samples: number;
  /** Sibling fields that tell where it varies; the rule holds only for these values. */
  readonly onlyWhere: Readonly<Record<string, readonly string[]>>;
  /** The rule was not learned: the route declares it. What has to hold nevertheless, as a sentence. `varied` counts the pairs that were not equal byte for byte, `samples` all. */
  readonly declared?: string;
}

export interface MismatchGroup {
  readonly path: string;
  /** value, type, missing, extra, missing-element, extra-element, doubled-element, length, order, status, header, body, unanswered */
  readonly kind: string;
  readonly cause: string;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Redacted: tokens, addresses and names are hashes. */
  readonly sample: { readonly method: string; readonly path: string; readonly owner: string; readonly candidate: string };
}

export interface RouteShadowReport {
  /** Pairs of answers compared, equal ones included. */
  readonly compared: number;
  readonly equal: number;
  /** Pairs with a difference that nothing explains. */
  readonly mismatches: number;
  /** Pairs whose every difference a noise rule explains. */
  readonly excused: number;
  /** Pairs that differed while a write was being applied and agreed afterwards. */
  readonly lagging: number;
  /** Pairs that wait until enough noise samples exist. */
  readonly undecided: number;
  /** The candidate gave no answer. */
  readonly unanswered: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Record<string, number>>;
  /** Comparisons of the owner with itself. */
  readonly noiseSamples: number;
  /** False until `noiseSamplesMin` of them exist. */
  readonly noiseLearned: boolean;
  readonly rules: readonly NoiseRule[];
  readonly groups: readonly MismatchGroup[];
}

export interface ShadowReport {
  readonly routes: Readonly<Record<string, RouteShadowReport>>;
}
