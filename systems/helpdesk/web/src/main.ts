/** Puts the page into the document, with its look, and finds out who one is. */
import '@banyan/web/styles/tokens.css';
import '@banyan/web/styles/base.css';
import '@banyan/web/styles/frame.css';
import '@banyan/web/styles/parts.css';
import './styles/hue.css';
import './styles/tickets.css';
import './styles/people.css';
import { startPage } from '@banyan/web/start-page';
import { App } from './app.tsx';
import { askWhoIAm } from './session/ask-who-i-am.ts';

startPage(App);
void askWhoIAm();
