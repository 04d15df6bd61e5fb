/** The one asker of this page. */
import { createAsker } from '@banyan/web/ask';
import { currentToken } from '../session/session.ts';
import { type Api, routes } from './routes.ts';

const { ask } = createAsker({ token: currentToken });

export const api: Api = { ask: (name, options) => ask(routes[name], options) as Promise<never> };
