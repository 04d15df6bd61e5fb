// Journeys of Helpdesk: each has a stage and a visitor of its own.
import { journeysOn, type JourneyParts as Parts } from '@banyan/proof/browser-journeys';
import { Stage } from '../stage.ts';
import { Visitor } from './visitor.ts';

export type JourneyParts = Parts<Stage, Visitor>;

export const { journey, journeysAt } = journeysOn({
  setUp: (target) => new Stage(target),
  seat: (seat) => new Visitor(seat),
});

export const phone = { viewport: { width: 390, height: 844 } };
