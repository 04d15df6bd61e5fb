/** Puts the page into the document, with its look. */
import '@banyan/web/styles/tokens.css';
import '@banyan/web/styles/base.css';
import '@banyan/web/styles/frame.css';
import '@banyan/web/styles/parts.css';
import './styles/bank.css';
import './styles/results.css';
import './styles/quiz.css';
import './styles/admin.css';
import { startPage } from '@banyan/web/start-page';
import { App } from './app.tsx';

startPage(App);
