/** Starts the page: follows the live state and draws the view that the address names. */
import './app/style.css';
import './app/frame.css';
import './parts/words.css';
import './parts/lists.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { live } from './reading/live.ts';

const element = document.getElementById('page');
if (element === null) throw new Error('index.html has no element "page".');
const isLinkVoid = new URLSearchParams(location.search).has('token');
// A used token has no business in the address or in bookmarks.
if (isLinkVoid) history.replaceState(null, '', `/${location.hash}`);
live.start();
createRoot(element).render(<App isLinkVoid={isLinkVoid} />);
