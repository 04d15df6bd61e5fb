/** Puts a page into the document. */
import { createElement, StrictMode } from 'react';
import type { FunctionComponent } from 'react';
import { createRoot } from 'react-dom/client';

/** Throws when index.html has no element `page`. */
export function startPage(app: FunctionComponent): void {
  const place = document.getElementById('page');
  if (place === null) throw new Error('index.html has no element "page".');
  createRoot(place).render(createElement(StrictMode, null, createElement(app)));
}
