// Journeys through a front end as scenarios: each has its own stage and its own visitor, and all of a target share one browser program.
import { type Browser } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { type PageVisitor, type Seat, takeSeat, type VisitorOptions } from './page-visitor.ts';
import { type AcceptanceTarget, type Scenario, type Stage } from './scenario.ts';

export interface JourneyParts<OwnStage, Visitor> {
  readonly stage: OwnStage;
  readonly visitor: Visitor;
}

export interface Journey<OwnStage, Visitor> {
  readonly id: string;
  readonly title: string;
  readonly options: VisitorOptions;
  readonly play: (parts: JourneyParts<OwnStage, Visitor>) => Promise<void>;
}

export interface JourneyMaker<OwnStage, Visitor> {
  readonly journey: (
    id: string,
    title: string,
    play: (parts: JourneyParts<OwnStage, Visitor>) => Promise<void>,
    options?: VisitorOptions,
  ) => Journey<OwnStage, Visitor>;
  /** As scenarios of a target whose front end is at `webUrl`. */
  readonly journeysAt: (webUrl: string, journeys: readonly Journey<OwnStage, Visitor>[]) => Scenario[];
}

export interface JourneyNeeds<OwnStage, Visitor> {
  readonly setUp: (target: AcceptanceTarget) => OwnStage;
  readonly seat: (seat: Seat, stage: OwnStage) => Visitor;
}

/** Stage and visitor are cleared away after each journey, whether it held or not. */
export function journeysOn<OwnStage extends Stage, Visitor extends PageVisitor>({
  setUp,
  seat: sitDown,
}: JourneyNeeds<OwnStage, Visitor>): JourneyMaker<OwnStage, Visitor> {
  return {
    journey: (id, title, play, options = {}) => ({ id, title, play, options }),
    journeysAt: (webUrl, journeys) =>
      journeys.map(({ id, title, play, options }) => ({
        id,
        title,
        run: async (target) => {
          const stage = setUp(target);
          try {
            const seat = await takeSeat(await browserOf(target), webUrl, options);
            try {
              await play({ stage, visitor: sitDown(seat, stage) });
            } finally {
              await seat.context.close();
            }
          } finally {
            await stage.leave();
          }
        },
      })),
  };
}

const browsers = new WeakMap<AcceptanceTarget, Promise<Browser>>();

/** Closed with the target. */
function browserOf(target: AcceptanceTarget): Promise<Browser> {
  let browser = browsers.get(target);
  if (browser === undefined) {
    browser = openBrowser();
    browsers.set(target, browser);
    const opened = browser;
    target.leftovers.push(async () => (await opened).close());
  }
  return browser;
}
