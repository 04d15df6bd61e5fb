// The Node-Learn acceptance suite: what must hold on the monolith, at every stage of every step, and at the end.
import { type Scenario } from '@banyan/proof';
import { administration } from './scenarios/administration.ts';
import { badges } from './scenarios/badges.ts';
import { boards } from './scenarios/boards.ts';
import { journey } from './scenarios/journey.ts';
import { nightly } from './scenarios/nightly.ts';
import { outages } from './scenarios/outages.ts';
import { reading } from './scenarios/reading.ts';
import { recording } from './scenarios/recording.ts';
import { signingIn } from './scenarios/signing-in.ts';

export const scenarios: readonly Scenario[] = [
  ...reading,
  ...signingIn,
  ...recording,
  ...badges,
  ...boards,
  ...administration,
  ...nightly,
  ...journey,
  ...outages,
];
