// Gives a journey its browser and its stage, and clears both afterwards; all journeys share one browser program.
import { type AcceptanceTarget, type Scenario } from '@banyan/proof';
import { openBrowser } from '@banyan/proof/browser';
import { type Browser } from 'playwright-core';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';
import { Visitor, type VisitorOptions } from './visitor.ts';

export interface JourneyParts {
  readonly stage: Stage;
  readonly visitor: Visitor;
}

export interface Journey {
  readonly id: string;
  readonly title: string;
  readonly options?: VisitorOptions;
  readonly play: (parts: JourneyParts) => Promise<void>;
}

export function journey(id: string, title: string, play: Journey['play'], options: VisitorOptions = {}): Journey {
  return { id, title, options, play };
}

/** Journeys as scenarios of a target whose front end is at `webUrl`. */
export function journeysAt(webUrl: string, journeys: readonly Journey[]): Scenario[] {
  return journeys.map(({ id, title, play, options }) =>
    scenario(id, title, async (stage) => {
      const visitor = await Visitor.come(await browserOf(stage.target), webUrl, stage, options);
      try {
        await play({ stage, visitor });
      } finally {
        await visitor.leave();
      }
    }),
  );
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
