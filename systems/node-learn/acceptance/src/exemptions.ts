// Defects of the monolith that a scenario would otherwise call a failure.
import { type Exemption } from '@banyan/proof';

export const exemptions: readonly Exemption[] = [
  {
    defect: 'D8',
    scenario: 'A30',
    whileMonolithOwns: 'leaderboards',
    reason: 'The monolith updates a board in several statements without a transaction: updates at once answer 500 or lose rows.',
  },
];
