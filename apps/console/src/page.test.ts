import { join } from 'node:path';
import { findAccessibilityProblems } from '@banyan/proof/accessibility';
import { collectPageFaults, isWithoutBrowser, openBrowser } from '@banyan/proof/browser';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningConsole, startConsole } from './console.ts';
import { correlationId, exampleAnswers, sagaId } from './testing/example-answers.ts';
import { controllerToken, type FakeController, startFakeController } from './testing/fake-controller.ts';

const wishes = { contrastAtLeast: 4.5, once: ['nav', 'nav [aria-current="page"]'] };

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const token = 'console-token-of-the-test';
/** As a reader meets them: what the address says, and what must be there to read. */
const views: readonly (readonly [string, readonly string[]])[] = [
  ['topology', ['gateway', '94.2 requests/s', 'canary 50 %', 'node_learn', '12 ms', 'broker']],
  ['migration', ['question', '50 % of users', '7 mismatches', 'next canary 100 %']],
  ['migration/question', ['31 of 100 answers by the service.', 'max age (s)', 'all equal', 'rehearsal', 'replayed 48', 'canary 50 %']],
  ['migration/nowhere', ['There is no extraction “nowhere”']],
  ['mismatches', ['number differs', '70', '7', 'score', 'differs', 'GET /api/quizzes/7']],
  ['mismatches/auth', ['No mismatches']],
  ['flow', ['Of the latest sagas', correlationId]],
  [`flow/${correlationId}`, ['POST /api/stats/record', 'answer.submitted', 'leaderboard', '6 entries', 'nothing is open']],
  ['sagas', ['answer-submission', '1,834', '21 ms', '96 ms', 'needs-operator', 'user-42 question-7']],
  [`sagas/one/${sagaId}`, ['announce', '+120 ms', correlationId, '1 time']],
  ['dead-letters', ['answer.submitted', 'relation "awards" does not exist', '3', 'by themselves: 1 event.']],
  [
    'dead-letters/achievement/achievement/answer.submitted/relation%20%22awards%22%20does%20not%20exist',
    ['after 6 attempts', '4 events parked behind it'],
  ],
  ['data', ['monolith → question', '3,080 rows', '1,420', 'questions', 'not copied', '16.0 MiB']],
  ['audit', ['chain whole', 'advance.begun', 'the quiet hour', 'bob']],
];

describe.skipIf(isWithoutBrowser())('the page in a browser', () => {
  let browser: Browser;
  let controller: FakeController;
  let running: RunningConsole;

  beforeAll(async () => {
    [browser, controller] = await Promise.all([openBrowser(), startFakeController()]);
    const pageDirectory = join(import.meta.dirname, '../dist/page');
    running = await startConsole({ port: 0, controllerUrl: controller.url, controllerToken, token, pageDirectory, everyMs: 50 });
  });
  // A page that a failed test left open would go on asking.
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    await controller?.goAway();
  });

  const newLink = async () => {
    const answer = await fetch(`${running.url}/console/links`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { url: string }).url;
  };
  const signIn = async (options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(await newLink());
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const mainOf = (page: Page) => page.getByRole('main');
  const goTo = async (page: Page, view: string) => {
    await page.evaluate((hash) => void (location.hash = hash), `#/${view}`);
  };

  test.each([
    ['light on a laptop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
    ['dark on a phone', { colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
  ] as const)('every view shows what it promises, complains of nothing, and can be used by everybody: %s', async (_name, options) => {
    const page = await signIn(options);
    const faults = collectPageFaults(page);
    expect(page.url()).toBe(`${running.url}/`);
    for (const [view, texts] of views) {
      await goTo(page, view);
      for (const text of texts) await expect.poll(() => mainOf(page).textContent(), { message: `${view}: ${text}` }).toContain(text);
      expect(await page.evaluate(findAccessibilityProblems, wishes), view).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view} is as wide as the window`).toBe(true);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('keys alone lead from the first link through a view and back', async () => {
    const page = await signIn();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the view');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.getByRole('navigation').getByRole('link', { name: 'Event flow' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Correlation id').fill(correlationId);
    await page.keyboard.press('Enter');
    await page.getByText('6 entries').waitFor();
    expect(page.url()).toContain(`#/flow/${correlationId}`);
    await page.goBack();
    await page.getByRole('heading', { name: 'Of the latest sagas' }).waitFor();
    await page.context().close();
  });

  test('what changes is there without loading anew, and a list that is being read stays', async () => {
    const page = await signIn();
    await goTo(page, 'migration/question');
    await page.getByText('50 % of users').waitFor();
    const [, question] = controller.state.extractions;
    const before = controller.state;
    const changed = { ...question!, sharePercent: 100 };
    controller.state = { ...before, extractions: before.extractions.map((it) => (it.name === 'question' ? changed : it)) };
    await page.getByText('100 % of users').waitFor();
    controller.state = before;
    await page.getByText('50 % of users').waitFor();

    await goTo(page, 'audit');
    await page.getByText('advance.done').waitFor();
    expect(await page.getByRole('button', { name: 'Up to date' }).isDisabled()).toBe(true);
    const { entries, check } = exampleAnswers['/v1/audit'] as { entries: readonly object[]; check: object };
    const newest = { ...entries.at(-1), seq: 4, action: 'back.begun' };
    controller.answers = { ...exampleAnswers, '/v1/audit': { entries: [...entries, newest], check: { ...check, rows: 4 } } };
    const show = page.getByRole('button', { name: 'Show what is new' });
    await show.waitFor();
    expect(await mainOf(page).getByRole('listitem').count()).toBe(3);
    expect(await mainOf(page).textContent()).toContain('4 entries, each');
    await show.click();
    await page.getByText('back.begun').waitFor();
    expect(await mainOf(page).getByRole('listitem').count()).toBe(4);
    await page.context().close();
  });

  test('the look for what shuts people out finds what is planted', async () => {
    const page = await browser.newPage();
    await page.setContent(
      '<main><h1 id="a">One</h1><h3 id="a" style="color: #999; background: #aaa">Two</h3><a href="#"></a><input></main>',
    );
    const found = (await page.evaluate(findAccessibilityProblems, wishes)).join('; ');
    for (const problem of [
      'says no language',
      'no title',
      'of header, not one',
      'id a is there twice',
      'has no name',
      'has no label',
      'headings leap: 1 3',
      'has a contrast of 1.2',
    ])
      expect(found).toContain(problem);
    await page.close();
  });

  test('a controller that is away is said to be, what was known stays, and it comes back by itself', async () => {
    const page = await signIn();
    await goTo(page, 'data');
    await page.getByText('monolith → question').waitFor();
    await controller.goAway();
    await page.getByText('The controller is away').waitFor();
    await page.getByRole('status').filter({ hasText: 'controller away' }).waitFor();
    expect(await mainOf(page).textContent()).toContain('monolith → question');
    await controller.comeBack();
    await page
      .getByRole('status')
      .filter({ hasText: /^live$/ })
      .waitFor();
    await expect.poll(() => mainOf(page).textContent()).not.toContain('The controller is away');
    await page.context().close();
  });

  test('behind another tab the page asks nothing; in front again it shows what is', async () => {
    const page = await signIn();
    await page.getByText('94.2 requests/s').waitFor();
    const turn = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await turn(true);
    const before = controller.state;
    const askedMeanwhile = async () => {
      const asked = controller.asked.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return controller.asked.length - asked;
    };
    await expect.poll(askedMeanwhile).toBe(0);
    controller.state = { ...before, requestsPerSecond: { monolith: 12.5 } };
    await turn(false);
    await page.getByText('12.5 requests/s').waitFor();
    controller.state = before;
    await page.context().close();
  });

  test('a used link lets nobody in, says what to do, and disturbs nobody who is in', async () => {
    const link = await newLink();
    const [first, second] = await Promise.all([browser.newContext(), browser.newContext()]);
    const page = await first.newPage();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Topology' }).waitFor();
    const stranger = await second.newPage();
    expect((await stranger.goto(link))?.status()).toBe(403);
    await stranger.getByText('This link has been used').waitFor();
    expect(await mainOf(stranger).textContent()).toContain('npm run banyan -- console');
    expect(await mainOf(stranger).textContent()).not.toContain('monolith');
    expect(stranger.url()).not.toContain('token');
    await page.goto(link);
    await page.getByText('You are signed in already').waitFor();
    await page.getByRole('heading', { name: 'Topology' }).waitFor();
    await Promise.all([first.close(), second.close()]);
  });
});
