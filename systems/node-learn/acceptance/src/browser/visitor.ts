// Somebody at the front end: a browser of their own, and what a person does and sees there.
import { checkEqual, checkThat, eventually } from '@banyan/proof';
import { type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { type Learner, type Stage } from '../stage.ts';

/** The bank as administrators see it, which says what is right. */
export interface BankQuestion {
  readonly id: number;
  readonly questionType: 'single_choice' | 'multiple_choice' | 'text_input';
  readonly difficulty: string;
  readonly practical: boolean;
  readonly question: string;
  readonly quiz: string | null;
  readonly matchKeywords: readonly string[] | null;
  readonly choices: readonly { readonly choiceText: string; readonly isGood: boolean }[];
}

/** For everything a page does by itself, on a machine that does much else. */
const patienceMs = 15_000;

const laptop = { width: 1280, height: 800 };

export interface VisitorOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
}

export class Visitor {
  readonly page: Page;
  readonly #stage: Stage;
  readonly #context: BrowserContext;
  readonly #webUrl: string;
  #bank: readonly BankQuestion[] | undefined;

  private constructor(page: Page, context: BrowserContext, webUrl: string, stage: Stage) {
    this.page = page;
    this.#context = context;
    this.#webUrl = webUrl;
    this.#stage = stage;
  }

  static async come(browser: Browser, webUrl: string, stage: Stage, { viewport = laptop }: VisitorOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    context.setDefaultTimeout(patienceMs);
    return new Visitor(await context.newPage(), context, webUrl, stage);
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#webUrl + path);
  }

  /** To another screen without loading the page anew, as a link would. */
  async goesTo(path: string): Promise<void> {
    await this.page.evaluate((address) => {
      history.pushState(null, '', address);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
  }

  /** As somebody comes back from Google. */
  async signInAs({ token, name }: Pick<Learner, 'token' | 'name'>): Promise<void> {
    await this.open(`/auth/callback?token=${token}`);
    await this.sees(`Hello, ${name}`);
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

  async choosesLength(length: number | 'All'): Promise<void> {
    await this.page.getByText(String(length), { exact: true }).click();
  }

  /** Begins a run from the list of modes. */
  async plays(mode: string): Promise<void> {
    await this.page
      .getByRole('article')
      .filter({ has: this.page.getByRole('heading', { name: mode, exact: true }) })
      .getByRole('button', { name: /^(Play|Start over)/ })
      .click();
    await this.sees(mode);
  }

  /** The question that is asked, found in the bank by its text. */
  async asked(): Promise<BankQuestion> {
    const shown = await this.page.locator('.question > .rich-text').innerText();
    this.#bank ??= (await this.#stage.ok('/api/admin/questions', (await this.#stage.admin()).token)) as BankQuestion[];
    const htmls = this.#bank.map(({ question, quiz }) => (quiz === null || quiz === '' ? question : quiz));
    const at = await this.page.evaluate(
      ([wanted, candidates]) => {
        const plain = (text: string) => text.replace(/\s+/g, '');
        const textOf = (html: string) => new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '';
        return candidates.findIndex((html) => plain(textOf(html)) === plain(wanted));
      },
      [shown, htmls] as const,
    );
    checkThat(at >= 0, 'the question asked is in the bank', shown);
    return this.#bank[at]!;
  }

  /** Ticks or types, and does not give it yet. */
  async prepares(question: BankQuestion, isRight: boolean): Promise<void> {
    if (question.questionType === 'text_input') return this.#types(question, isRight);
    const good = new Set(question.choices.filter(({ isGood }) => isGood).map(({ choiceText }) => choiceText));
    const choices = this.page.locator('.choice-text');
    const texts = await choices.allInnerTexts();
    const right = texts.filter((text) => good.has(text));
    const wrong = texts.filter((text) => !good.has(text));
    const ticked = isRight ? right : wrong.length > 0 ? wrong.slice(0, 1) : right.slice(1);
    for (const text of ticked) await choices.nth(texts.indexOf(text)).click();
  }

  async #types({ matchKeywords }: BankQuestion, isRight: boolean): Promise<void> {
    for (const [index, word] of (matchKeywords ?? []).entries())
      await this.page
        .locator('.answer-form input')
        .nth(index)
        .fill(isRight ? word.toUpperCase() : `not ${word}`);
  }

  async answers(isRight: boolean): Promise<BankQuestion> {
    const question = await this.asked();
    await this.prepares(question, isRight);
    await this.button('Answer').click();
    await this.page.getByText(isRight ? 'Right.' : 'Not right.', { exact: true }).waitFor();
    return question;
  }

  async goesOn(): Promise<void> {
    await this.button(/^(Next question|See the result)$/).click();
  }

  /** Nothing the page shows is wider than the screen. */
  async fits(what: string): Promise<void> {
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    checkEqual(over, 0, `pixels that ${what} is too wide`);
  }

  /** One heading of the first level, landmarks, and a name for everything one can use. */
  async isNamed(what: string): Promise<void> {
    const found = await this.page.evaluate(() => ({
      headings: document.querySelectorAll('h1').length,
      landmarks: ['header', 'nav', 'main', 'footer'].filter((name) => document.querySelector(name) === null),
      nameless: [...document.querySelectorAll<HTMLElement>('input, select, textarea, button, a')]
        .filter((element) => {
          const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent) : [];
          return [element.getAttribute('aria-label'), element.textContent, ...labels].every((name) => (name ?? '').trim() === '');
        })
        .map((element) => element.outerHTML),
    }));
    checkEqual(found, { headings: 1, landmarks: [], nameless: [] }, what);
  }

  /** Until what is seen holds. */
  eventually(check: () => Promise<void>): Promise<void> {
    return eventually(check, { timeoutMs: patienceMs });
  }
}
