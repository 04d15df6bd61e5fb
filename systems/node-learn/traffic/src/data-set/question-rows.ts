/** Turns the bank into rows: topics mixed, choices mixed, dated over a year and a half. */
import type { BankQuestion } from './bank-question.ts';
import { daysBeforeEnd } from './calendar.ts';
import type { Random } from './random.ts';
import type { ChoiceRow, QuestionRow } from './rows.ts';

const bankAgeDays = 540;

export interface BankRows {
  readonly questions: readonly QuestionRow[];
  readonly choices: readonly ChoiceRow[];
}

export function bankToRows(bank: readonly BankQuestion[], random: Random): BankRows {
  const questions: QuestionRow[] = [];
  const choices: ChoiceRow[] = [];
  for (const entry of random.shuffle(bank)) {
    const id = questions.length + 1;
    questions.push(toRow(entry, id, bank.length, random));
    for (const choice of random.shuffle(entry.choices)) {
      const { text, isGood, explanation } = choice;
      choices.push({ id: choices.length + 1, question_id: id, choice_text: text, is_good: isGood, explanation });
    }
  }
  return { questions, choices };
}

function toRow(entry: BankQuestion, id: number, total: number, random: Random): QuestionRow {
  const ageDays = bankAgeDays * (1 - id / (total + 1)) + random.next();
  return {
    id,
    question_type: entry.type,
    practical: entry.practical,
    difficulty: entry.difficulty,
    topic: entry.topic,
    question: entry.question,
    answer: entry.answer,
    quiz: entry.quiz,
    match_keywords: entry.keywords,
    is_active: entry.isActive,
    created_at: daysBeforeEnd(ageDays),
    updated_at: daysBeforeEnd(random.next() < 0.3 ? ageDays * random.next() : ageDays),
  };
}
