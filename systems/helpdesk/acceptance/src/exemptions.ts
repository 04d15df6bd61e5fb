// Defects of the monolith that a scenario would otherwise call a failure. They end with the table's move; corrections of other defects are flags.
import { type Exemption } from '@banyan/proof';

export const exemptions: readonly Exemption[] = [
  {
    defect: 'D1',
    scenario: 'A38',
    whileMonolithOwns: 'tickets',
    reason: 'The answer to an assignment has the whole rows of owner and assignee, with the hashes of their passwords.',
  },
  {
    defect: 'D2',
    scenario: 'A24',
    whileMonolithOwns: 'users',
    reason: 'Nobody can change a password: the route looks for a field of the signed-in user that nobody sets.',
  },
  {
    defect: 'D7',
    scenario: 'A40',
    whileMonolithOwns: 'password_reset_tokens',
    reason: 'A reset token that is used several times at once works each time: it is checked and marked in two statements.',
  },
  {
    defect: 'D9',
    scenario: 'A32',
    whileMonolithOwns: 'email_outbox',
    reason: 'A mail that was refused at five polls is never tried again.',
  },
  {
    defect: 'D10',
    scenario: 'A33',
    whileMonolithOwns: 'email_outbox',
    reason: 'A poll does not wait for the one before: a mail that takes longer than the interval is sent again.',
  },
  {
    defect: 'D16',
    scenario: 'A41',
    whileMonolithOwns: 'tickets',
    reason: 'The same change of status asked for several times at once is noted and told each time.',
  },
  {
    defect: 'D24',
    scenario: 'A6',
    whileMonolithOwns: 'tickets',
    reason: 'A token without a subject, which nobody without the secret can sign, is answered with 500.',
  },
];
