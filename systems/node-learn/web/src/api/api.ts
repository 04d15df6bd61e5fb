/** The one asker of this page. */
import { currentToken } from '../session/session.ts';
import { createAsker } from './ask.ts';

export const api = createAsker({ token: currentToken });
