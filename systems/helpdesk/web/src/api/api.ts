/** The one asker of this page. */
import { apiUrlOfPage } from '@banyan/web/api-url';
import { type AskOptions, createAsker } from '@banyan/web/ask';
import { currentToken, heedRefusal } from '../session/session.ts';
import type { Answers } from './routes.ts';

interface Api {
  /** Throws AskFailure, or the signal's reason. */
  readonly ask: <Route extends keyof Answers>(route: Route, options?: AskOptions) => Promise<Answers[Route]>;
}

/** With the first one three tries in all. */
const heldRepeatsMax = 2;

const asker = createAsker({
  apiUrl: apiUrlOfPage(),
  token: currentToken,
  idHeader: 'x-request-id',
  heldRepeatsMax,
  onFailure: heedRefusal,
});

export const api: Api = { ask: (route, options) => asker.ask(route, options) as Promise<never> };
