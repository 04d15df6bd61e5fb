// Somebody at the front end: what a person does and sees there.
import { checkThat } from '@banyan/proof';
import { PageVisitor, type Seat } from '@banyan/proof/page-visitor';
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

export class Visitor extends PageVisitor {
  readonly #stage: Stage;
  #bank: readonly BankQuestion[] | undefined;

  constructor(seat: Seat, stage: Stage) {
    super(seat);
    this.#stage = stage;
  }

  /** As somebody comes back from Google. */
  async signInAs({ token, name }: Pick<Learner, 'token' | 'name'>): Promise<void> {
    await this.open(`/auth/callback?token=${token}`);
    await this.sees(`Hello, ${name}`);
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
}
