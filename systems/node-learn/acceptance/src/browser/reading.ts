// Reading in the browser: the bank, one question with its answer, what a guest sees, on a laptop and on a phone.
import { checkEqual, checkThat } from '@banyan/proof';
import { textInput } from '../bodies.ts';
import { journey, type JourneyParts } from './define.ts';

const screens = [
  '/',
  '/quiz',
  '/quiz/1',
  '/questions',
  '/questions/1',
  '/learn',
  '/achievements',
  '/leaderboards',
  '/stats',
  '/login',
  '/admin',
];

export const reading = [
  journey('W1', 'browse the bank, filter it, turn its pages, read an answer', browse),
  journey('W2', 'a guest sees totals, badges, boards, and what it means to be one', visitAsGuest),
  journey('W3', 'what questions hold is shown as text and never run', readHostileQuestion),
  journey('W4', 'every screen fits a phone and names all it has', fitPhone, { viewport: { width: 390, height: 844 } }),
];

async function browse({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  await visitor.open('/questions');
  await page.getByLabel('Difficulty').selectOption('Hard');
  await page.getByLabel('Kind').selectOption('Single choice');
  const filtered = (await stage.ok('/api/questions?difficulty=hard&questionType=single_choice')) as { id: number }[];
  await page.getByText(new RegExp(`^${filtered.length} questions?$`)).waitFor();
  await page.getByLabel('Difficulty').selectOption('All');
  await page.getByLabel('Kind').selectOption('All');
  await page.getByText('Page 1 of').waitFor();
  const first = await page.locator('.row h2').first().innerText();
  await visitor.button('Next').click();
  await page.getByText('Page 2 of').waitFor();
  checkThat((await page.locator('.row h2').first().innerText()) !== first, 'the second page shows other questions');
  await page.goBack();
  await visitor.open('/questions?words=event+loop');
  await page.locator('.row h2 a').first().click();
  await visitor.sees(/^Question \d+$/);
  const id = Number((await visitor.heading(/^Question/).innerText()).split(' ')[1]);
  const { answer } = (await stage.ok(`/api/answers/${id}`)) as { answer: string };
  await visitor.button('Show the answer').click();
  await page.getByRole('heading', { name: 'Answer', exact: true }).waitFor();
  const begun = answer.replaceAll(/<[^>]+>/g, '').slice(0, 20);
  await page.locator('.answer .rich-text').getByText(begun).first().waitFor();
}

async function visitAsGuest({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  await visitor.open('/');
  const total = ((await stage.ok('/api/questions')) as object[]).length;
  await page.locator('.numbers div').filter({ hasText: 'questions' }).first().getByText(String(total), { exact: true }).waitFor();
  await visitor.link('Badges').click();
  await visitor.sees('Badges');
  await page.getByText('You are looking at the guest').waitFor();
  await visitor.eventually(async () => checkEqual(await page.getByRole('article').count(), 21, 'badges shown'));
  await visitor.link('Boards').click();
  await visitor.eventually(async () =>
    checkEqual(await page.getByRole('table').getByRole('row').count(), 7, 'rows of a board, its head among them'),
  );
  await visitor.open('/no/such/place');
  await visitor.sees('Nothing here');
}

async function readHostileQuestion({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const hostile = `<p onclick="window.ran=1">Is <b>this</b> run?</p><img src=x onerror="window.ran=2"><script>window.ran=3</script><pre><code>&lt;script&gt;x()&lt;/script&gt;</code></pre>`;
  const { id } = await stage.question(
    textInput({ isActive: false, question: hostile, answer: `<iframe srcdoc="<script>parent.ran=4</script>"></iframe><p>No.</p>` }),
  );
  await visitor.open(`/questions/${id}`);
  await page.getByText('<script>x()</script>').waitFor();
  await visitor.button('Show the answer').click();
  await page.getByText('No.', { exact: true }).waitFor();
  await page.getByText('this', { exact: true }).click();
  checkEqual(
    await page.evaluate(() => [Reflect.get(window, 'ran'), document.querySelectorAll('main img, main iframe, main script').length]),
    [undefined, 0],
    'what ran',
  );
}

async function fitPhone({ visitor }: JourneyParts): Promise<void> {
  await visitor.open('/');
  for (const path of screens) {
    await visitor.goesTo(path);
    await visitor.hasAll(path);
    await visitor.fits(path);
    await visitor.isAccessible(path);
  }
}
