/** Puts the page into the document. */
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element "page".');
createRoot(place).render(createElement(StrictMode, null, createElement(App)));
