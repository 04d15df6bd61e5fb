/** What everybody has answered so far: few answer nearly everything, most about half, some hardly anything. */
import type { Random } from './random.ts';
import type { QuestionRow, StatRow } from './rows.ts';
import { guestId } from './user-rows.ts';

/** How many questions each learner has tried, heaviest first; larger scales go through the list again. */
const questionsTried = [
  84, 79, 73, 66, 60,
  58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39,
  30, 27, 24, 21, 19, 17, 15, 13, 11, 9, 8, 6, 5,
]; // prettier-ignore
const questionsTriedByGuest = 63;
const heavyFrom = 60;
const mediumFrom = 39;

interface Learner {
  readonly userId: number;
  readonly tried: number;
  /** Share of right answers. */
  readonly skill: number;
  /** Chance of trying a question once more. */
  readonly zeal: number;
}

/** The first learner has had every question right, the inactive ones too. */
export function inventStats(learnerIds: readonly number[], questions: readonly QuestionRow[], random: Random): StatRow[] {
  const active = questions.filter((question) => question.is_active);
  const rows: Omit<StatRow, 'id'>[] = [answerEverything(learnerIds[0] ?? 0, questions, random)].flat();
  for (const learner of describeLearners(learnerIds, random).slice(1)) {
    for (const question of random.shuffle(active).slice(0, learner.tried)) rows.push(answer(learner, question, random));
  }
  return numberLikeASequence(random.shuffle(rows));
}

function describeLearners(learnerIds: readonly number[], random: Random): Learner[] {
  const learners = learnerIds.map((userId, index) => describeLearner(userId, questionsTried[index % questionsTried.length] ?? 0, random));
  return [...learners, { userId: guestId, tried: questionsTriedByGuest, skill: 0.35, zeal: 0.1 }];
}

function describeLearner(userId: number, tried: number, random: Random): Learner {
  const limited = Math.min(tried, 80);
  if (tried >= heavyFrom) return { userId, tried: limited, skill: 0.72 + random.next() * 0.1, zeal: 0.5 };
  if (tried >= mediumFrom) return { userId, tried: limited, skill: 0.3 + random.next() * 0.14, zeal: 0.03 };
  return { userId, tried: limited, skill: 0.25 + random.next() * 0.25, zeal: 0.03 };
}

function answerEverything(userId: number, questions: readonly QuestionRow[], random: Random): Omit<StatRow, 'id'>[] {
  return questions.map(({ id }) => ({
    user_id: userId,
    question_id: id,
    correct_count: random.integer(1, 4),
    incorrect_count: random.integer(0, 2),
  }));
}

function answer({ userId, skill, zeal }: Learner, { id, difficulty }: QuestionRow, random: Random): Omit<StatRow, 'id'> {
  const chance = skill + (difficulty === 'easy' ? 0.1 : difficulty === 'hard' ? -0.1 : 0);
  let correct = 0;
  let incorrect = 0;
  do {
    if (random.next() < chance) correct++;
    else incorrect++;
  } while (random.next() < zeal);
  return { user_id: userId, question_id: id, correct_count: correct, incorrect_count: incorrect };
}

/** Repeated answers consume ids too, so the ids have gaps. */
function numberLikeASequence(rows: readonly Omit<StatRow, 'id'>[]): StatRow[] {
  let id = 0;
  return rows.map((row) => {
    const numbered = { id: id + 1, ...row };
    id += row.correct_count + row.incorrect_count;
    return numbered;
  });
}
