// Defects of a monolith that a scenario would otherwise call a failure, as data: which, where, until when.

export interface Exemption {
  readonly defect: string;
  readonly scenario: string;
  /** Holds while the monolith owns this table. */
  readonly whileMonolithOwns: string;
  readonly reason: string;
}

/** The defects a target still shows, from who owns what: table -> the databases that hold it, its owner first (default: the monolith). */
export function defectsOf(exemptions: readonly Exemption[], tables: Readonly<Record<string, readonly string[]>>): string[] {
  return exemptions
    .filter(({ whileMonolithOwns }) => (tables[whileMonolithOwns]?.[0] ?? 'monolith') === 'monolith')
    .map(({ defect }) => defect);
}
