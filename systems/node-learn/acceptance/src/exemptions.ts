// Defects of the monolith that a scenario would otherwise call a failure, as data: which, where, until when.

export interface Exemption {
  readonly defect: string;
  readonly scenario: string;
  /** Holds while the monolith owns this table. */
  readonly whileMonolithOwns: string;
  readonly reason: string;
}

const exemptions: readonly Exemption[] = [
  {
    defect: 'D8',
    scenario: 'A30',
    whileMonolithOwns: 'leaderboards',
    reason: 'The monolith updates a board in several statements without a transaction: updates at once answer 500 or lose rows.',
  },
];

/** The defects a target still shows, from who owns what. */
export function defectsOf(tables: Readonly<Record<string, readonly string[]>>): string[] {
  return exemptions
    .filter(({ whileMonolithOwns }) => (tables[whileMonolithOwns]?.[0] ?? 'monolith') === 'monolith')
    .map(({ defect }) => defect);
}
