// Somebody at a front end: a browser context of their own, and what a person does and sees on any page. Systems add what theirs has.
import { type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { findAccessibilityProblems } from './accessibility.ts';
import { collectPageFaults } from './browser.ts';
import { checkEqual, eventually } from './checks.ts';

/** For everything a page does by itself, on a machine that does much else. */
const patienceMs = 30_000;
const contrastAtLeast = 4.5;
const laptop = { width: 1280, height: 800 };

export interface VisitorOptions {
  /** Default a laptop's. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Where a visitor sits. */
export interface Seat {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Of the front end, without a trailing slash. */
  readonly webUrl: string;
}

export async function takeSeat(browser: Browser, webUrl: string, { viewport = laptop, colorScheme }: VisitorOptions): Promise<Seat> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', ...(colorScheme && { colorScheme }) });
  context.setDefaultTimeout(patienceMs);
  return { page: await context.newPage(), context, webUrl };
}

export class PageVisitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page has complained about so far. */
  readonly faults: readonly string[];
  readonly webUrl: string;

  constructor({ page, context, webUrl }: Seat) {
    this.page = page;
    this.context = context;
    this.webUrl = webUrl;
    this.faults = collectPageFaults(page);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.webUrl + path);
  }

  /** To another screen without loading the page anew, as a link would. */
  async goesTo(path: string): Promise<void> {
    await this.page.evaluate((address) => {
      history.pushState(null, '', address);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
  }

  heading(title: string | RegExp): Locator {
    return this.page.getByRole('heading', { level: 1, name: title });
  }

  /** Waits for the heading of a screen. */
  async sees(title: string | RegExp): Promise<void> {
    await this.heading(title).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name });
  }

  /** Waits until nothing on the page is still being fetched. */
  async hasAll(what: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    await this.eventually(async () => checkEqual(await this.page.locator('.waiting').count(), 0, `${what} still waits`));
  }

  /** Nothing the page shows is wider than the screen. */
  async fits(what: string): Promise<void> {
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    checkEqual(over, 0, `pixels that ${what} is too wide`);
  }

  /** Landmarks and one heading, a name for everything one can use, an order of headings, text that can be read on its ground. */
  async isAccessible(what: string): Promise<void> {
    const found = await this.page.evaluate(findAccessibilityProblems, { contrastAtLeast, once: ['footer', 'nav[aria-label="Main"]'] });
    checkEqual(found.join('; '), '', what);
  }

  /** Whether what has the focus begins with this text. */
  isFocused(text: string): Promise<boolean> {
    return this.page.evaluate((wanted) => (document.activeElement?.textContent ?? '').trim().startsWith(wanted), text);
  }

  /** Until what is seen holds. */
  eventually(check: () => Promise<void>): Promise<void> {
    return eventually(check, { timeoutMs: patienceMs });
  }
}
