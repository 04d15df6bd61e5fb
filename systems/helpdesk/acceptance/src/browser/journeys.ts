// The browser suite: the same journeys on the monolith, in every mixed state, and at the end, through the same build of the page.
import { type Scenario } from '@banyan/proof';
import { accounts } from './accounts.ts';
import { administration } from './administration.ts';
import { journeysAt } from './define.ts';
import { looks } from './looks.ts';
import { tickets } from './tickets.ts';
import { troubles } from './troubles.ts';

/** Per journey, on a machine that does much else; two of them look at every screen there is. */
export const journeyTimeoutMs = 120_000;

/** @param webUrl of the front end, whose gateway is that of the target */
export function browserJourneys(webUrl: string): Scenario[] {
  return journeysAt(webUrl, [...accounts, ...tickets, ...administration, ...troubles, ...looks]);
}
