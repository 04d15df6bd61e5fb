// The browser suite: the same journeys on the monolith, in every mixed state, and at the end.
import { type Scenario } from '@banyan/proof';
import { accounts } from './accounts.ts';
import { journeysAt } from './define.ts';
import { playing } from './playing.ts';
import { reading } from './reading.ts';

/** @param webUrl of the front end, whose gateway is that of the target */
export function browserJourneys(webUrl: string): Scenario[] {
  return journeysAt(webUrl, [...reading, ...playing, ...accounts]);
}
