// Playing in the browser: every mode, right and wrong, badges, boards, a run that is left and taken up again, without a mouse.
import { checkEqual, checkThat } from '@banyan/proof';
import { journey, type JourneyParts } from './define.ts';
import { oldestQuestion } from './oldest-question.ts';
import { type BankQuestion } from './visitor.ts';

export const playing = [
  journey('W5', 'each of the ten modes asks what it says', playEveryMode),
  journey('W6', 'right and wrong answers are told, counted, and summed up at the end', playARun),
  journey('W7', 'multiple choices and typed words are judged', playOtherKinds),
  journey('W8', 'the first right answer brings a badge, announced and kept', earnABadge),
  journey('W9', 'a run stands on the board of its mode', standOnABoard),
  journey('W10', 'a run that was left goes on where it was', comeBack),
  journey('W11', 'a whole round with the keyboard alone', playByKeyboard),
];

const fits: Readonly<Record<string, (question: BankQuestion) => boolean>> = {
  'Single Choice': ({ questionType }) => questionType === 'single_choice',
  'Multiple Choice': ({ questionType }) => questionType === 'multiple_choice',
  'Text Input': ({ questionType }) => questionType === 'text_input',
  Easy: ({ difficulty }) => difficulty === 'easy',
  Medium: ({ difficulty }) => difficulty === 'medium',
  Hard: ({ difficulty }) => difficulty === 'hard',
  'Code-Based': ({ practical }) => practical,
  Theoretical: ({ practical }) => !practical,
  Random: () => true,
};

async function playEveryMode({ stage, visitor }: JourneyParts): Promise<void> {
  const learner = await stage.learner();
  const missed = await oldestQuestion(stage);
  await stage.record(learner, missed, false);
  await visitor.signInAs(learner);
  for (const [mode, isOfMode] of Object.entries(fits)) {
    await visitor.goesTo('/quiz');
    await visitor.plays(mode);
    const question = await visitor.asked();
    checkThat(isOfMode(question), `a question of ${mode}`, question);
    await visitor.button('Skip').click();
    await visitor.page.getByText('Skipped.').waitFor();
  }
  await visitor.goesTo('/quiz');
  await visitor.plays('Missed');
  await visitor.page.getByRole('heading', { name: 'Question 1 of 1' }).waitFor();
  checkEqual((await visitor.asked()).id, missed, 'the question that was missed');
}

async function playARun({ stage, visitor }: JourneyParts): Promise<void> {
  const learner = await stage.learner();
  await visitor.signInAs(learner);
  await visitor.goesTo('/quiz');
  await visitor.choosesLength(5);
  await visitor.plays('Single Choice');
  const wrong: number[] = [];
  for (const [index, isRight] of [true, true, false, true, true].entries()) {
    const { id } = await visitor.answers(isRight);
    if (!isRight) wrong.push(id);
    const right = await visitor.page.locator('.choice-good').count();
    checkEqual(right, 1, 'choices marked right');
    await visitor.goesOn();
    if (index === 1) await visitor.page.locator('.counters').getByText('Streak 2').waitFor();
  }
  await visitor.sees('Single Choice: your result');
  await visitor.page.getByText('4 of 5 right (80 %), best streak 2.').waitFor();
  checkEqual(await visitor.page.locator('.outcome-wrong').count(), 1, 'wrong answers listed');
  await visitor.eventually(async () => {
    const { overall } = await stage.stats(learner.id, learner.token);
    checkEqual([overall.totalCorrect, overall.totalIncorrect], [4, 1], 'answers counted');
  });
  checkEqual(await stage.wrongQuestions(learner.id, learner.token), wrong, 'the missed question');
  await visitor.goesTo('/stats');
  await visitor.page.locator('.numbers').getByText('80.0 %').waitFor();
}

async function playOtherKinds({ visitor }: JourneyParts): Promise<void> {
  await visitor.open('/');
  for (const mode of ['Multiple Choice', 'Text Input']) {
    await visitor.goesTo('/quiz');
    await visitor.plays(mode);
    for (const isRight of [true, false]) {
      await visitor.answers(isRight);
      await visitor.goesOn();
    }
    await visitor.page.locator('.counters').getByText('1 of 2 right').waitFor();
  }
}

async function earnABadge({ stage, visitor }: JourneyParts): Promise<void> {
  const learner = await stage.learner();
  await visitor.signInAs(learner);
  await visitor.goesTo('/quiz');
  await visitor.plays('Single Choice');
  await visitor.answers(true);
  const note = visitor.page.getByRole('status', { name: 'New badges' });
  await note.getByText('First Steps').waitFor();
  await visitor.button('Put away: First Steps').click();
  await visitor.link('Badges').click();
  await visitor.page.getByText('1 of 21 unlocked.').waitFor();
  const badge = visitor.page.getByRole('article').filter({ has: visitor.page.getByRole('heading', { name: 'First Steps' }) });
  await badge.getByText(/^Unlocked on /).waitFor();
}

async function standOnABoard({ stage, visitor }: JourneyParts): Promise<void> {
  const learner = await stage.learner();
  const modeId = await stage.mode();
  await visitor.signInAs(learner);
  await visitor.goesTo('/quiz');
  await visitor.choosesLength(5);
  await visitor.goesTo(`/quiz/${modeId}`);
  await visitor.answers(true);
  await visitor.goesOn();
  for (let skipped = 1; skipped < 5; skipped += 1) {
    await visitor.button('Skip').click();
    await visitor.goesOn();
  }
  await visitor.sees(/your result$/);
  const own = visitor.page.getByRole('row').filter({ hasText: learner.name });
  await own.getByText('1 of 1').waitFor();
  await visitor.goesTo(`/leaderboards?mode=${modeId}`);
  await own.getByText('you', { exact: true }).waitFor();
  checkEqual(await own.getByRole('cell').first().innerText(), '1', 'place');
}

async function comeBack({ visitor }: JourneyParts): Promise<void> {
  await visitor.open('/quiz');
  await visitor.plays('Text Input');
  await visitor.button('Skip').click();
  await visitor.goesOn();
  const field = visitor.page.locator('.answer-form input').first();
  await field.fill('half a tho');
  const { id } = await visitor.asked();
  await visitor.page.reload();
  checkEqual([(await visitor.asked()).id, await field.inputValue()], [id, 'half a tho'], 'after a reload');
  await visitor.open('/');
  await visitor.page.getByText('Text Input: question 2 of 10').waitFor();
  await visitor.link('Go on').click();
  checkEqual([(await visitor.asked()).id, await field.inputValue()], [id, 'half a tho'], 'from the start');
}

async function playByKeyboard({ visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const { keyboard } = page;
  const press = async (key: string, isThere: () => Promise<boolean>) => {
    for (let presses = 0; presses < 60 && !(await isThere()); presses += 1) await keyboard.press(key);
    checkThat(await isThere(), `reached with ${key}`);
  };
  await visitor.open('/');
  await visitor.sees('Node-Learn');
  await keyboard.press('Tab');
  checkThat(await visitor.isFocused('To the content'), 'the first Tab reaches the way to the content');
  await press('Tab', () => visitor.isFocused('Quiz'));
  await keyboard.press('Enter');
  await visitor.sees('Quiz');
  await visitor.eventually(async () => checkThat(await visitor.isFocused('Quiz'), 'the heading has the focus'));
  await page.getByText('Single Choice', { exact: true }).first().waitFor();
  await press('Tab', () => visitor.isFocused('Play Single Choice'));
  await keyboard.press('Enter');
  await page.locator('.choice').first().waitFor();
  await keyboard.press('2');
  checkThat(await page.getByRole('radio').nth(1).isChecked(), 'the number chooses');
  await keyboard.press('Enter');
  await page.getByText(/^(Right|Not right)\.$/).waitFor();
  await visitor.eventually(async () => checkThat(await visitor.isFocused('Next question'), 'the way on has the focus'));
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Question 2 of 10' }).waitFor();
  await visitor.eventually(async () => checkThat(await visitor.isFocused('Question 2'), 'the next question has the focus'));
}
