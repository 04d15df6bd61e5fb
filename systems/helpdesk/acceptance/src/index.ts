// The Helpdesk acceptance suite: what must hold on the monolith, at every stage of every step, and at the end.
import { type Scenario } from '@banyan/proof';
import { accounts } from './scenarios/accounts.ts';
import { administration } from './scenarios/administration.ts';
import { assigning } from './scenarios/assigning.ts';
import { comments } from './scenarios/comments.ts';
import { front } from './scenarios/front.ts';
import { history } from './scenarios/history.ts';
import { mails } from './scenarios/mails.ts';
import { passwords } from './scenarios/passwords.ts';
import { tickets } from './scenarios/tickets.ts';

export const scenarios: readonly Scenario[] = [
  ...accounts,
  ...front,
  ...tickets,
  ...assigning,
  ...comments,
  ...history,
  ...passwords,
  ...administration,
  ...mails,
];
