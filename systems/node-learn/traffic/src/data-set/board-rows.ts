/** The boards: seven full ones, one with four entries, one with a single one, one nobody has played for. */
import { daysBeforeEnd } from './calendar.ts';
import type { Random } from './random.ts';
import type { LeaderboardRow } from './rows.ts';
import { guestId } from './user-rows.ts';

interface BoardPlan {
  readonly modeId: number;
  readonly entries: number;
  /** Right answers of the leader. */
  readonly best: number;
  readonly withGuest?: true;
}

/** Text answers never change the streak, so the board of mode 3 shows none. */
const textMode = 3;

const plans: readonly BoardPlan[] = [
  { modeId: 1, entries: 6, best: 29 },
  { modeId: 2, entries: 6, best: 24 },
  { modeId: textMode, entries: 4, best: 15 },
  { modeId: 4, entries: 6, best: 28, withGuest: true },
  { modeId: 5, entries: 6, best: 30 },
  { modeId: 6, entries: 6, best: 14 },
  { modeId: 7, entries: 1, best: 6 },
  { modeId: 8, entries: 6, best: 52 },
  { modeId: 9, entries: 6, best: 47, withGuest: true },
];

export function inventBoards(learnerIds: readonly number[], random: Random): LeaderboardRow[] {
  return plans.flatMap((plan) => inventBoard(plan, learnerIds, random));
}

function inventBoard({ modeId, entries, best, withGuest }: BoardPlan, learnerIds: readonly number[], random: Random): LeaderboardRow[] {
  const players = random.shuffle(learnerIds).slice(0, entries);
  if (withGuest) players[random.integer(1, entries - 1)] = guestId;
  const achieved_at = daysBeforeEnd(random.next() * 2);
  let correct = best;
  return players.map((user_id, index) => {
    const row = {
      quiz_mode_id: modeId,
      position: index + 1,
      user_id,
      correct_answers: correct,
      total_questions: correct + random.integer(0, 6),
      streak: modeId === textMode ? 0 : random.integer(0, Math.min(correct, 12)),
      achieved_at,
    };
    correct = Math.max(1, correct - random.integer(1, 4));
    return row;
  });
}
