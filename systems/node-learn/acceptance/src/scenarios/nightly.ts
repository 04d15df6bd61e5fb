// A36: at midnight the guest's stats and badges are wiped, and nothing else.
import { checkEqual, checkThat, eventually, isMoved } from '@banyan/proof';
import { singleChoice } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';
import { unlocked } from './badges.ts';

const guest = { id: 1 };
/** Long enough for a second run of the job to show, if there were one. */
const aWhileMs = 1500;

export const nightly = [
  scenario(
    'A36',
    "midnight empties the guest's stats and badges once; boards and others stay",
    async (stage) => {
      const learner = await stage.learner();
      const mode = await stage.mode();
      const { id } = await stage.question(singleChoice());
      await recordAsGuest(stage, id);
      await stage.post(mode, guest, [1, 1, 1]);
      await stage.record(learner, id, true);
      checkThat((await unlocked(stage, guest)).includes(1), 'the guest has a badge before midnight');
      const { clock } = stage.target.control;
      await clock!.jumpToMidnight({ beforeMs: 300, after: await lastNight(stage) });
      try {
        // Looked for in the databases: the job writes past the gateway, so that reads of the two sides might be compared while they differ.
        await eventually(() => emptied(stage), { timeoutMs: 20_000 });
        checkEqual((await stage.stats(1)).questions, [], "the guest's stats after midnight");
        checkEqual(await unlocked(stage, guest), [], "the guest's badges after midnight");
        await recordAsGuest(stage, id);
        await new Promise((resolve) => setTimeout(resolve, aWhileMs));
        checkEqual((await stage.stats(1)).questions.length, 1, 'stats recorded after midnight stay: the job ran once');
      } finally {
        await clock!.reset();
      }
      checkEqual((await stage.board(mode))[0]?.user_id, 1, 'the guest keeps the place on the board');
      checkEqual((await stage.stats(learner.id, learner.token)).questions.length, 1, 'others keep their stats');
      checkEqual(await unlocked(stage, learner), [1], 'others keep their badges');
    },
    {
      needs: ['clock'],
      unfit: (target) =>
        isMoved(target, 'user_question_stats') && target.control.databasesOf('maintenance_runs')[0] === 'monolith'
          ? "the results are not the monolith's any more, and no program of this target resets them"
          : undefined,
      exclusive: 'it empties what belongs to every visitor, and moves the clock',
    },
  ),
];

/** The last one that is remembered as done, by the program that tells everybody of a reset; it is done once. */
async function lastNight({ target }: Stage): Promise<Date> {
  if (!isMoved(target, 'maintenance_runs')) return new Date(0);
  const [run] = await target.control.sql<{ night: string | null }>(
    'maintenance_runs',
    `select max(scheduled_for)::text as night from maintenance_runs where job = 'guest-reset'`,
  );
  return new Date(run?.night ?? 0);
}

async function emptied({ target: { control } }: Stage): Promise<void> {
  for (const table of ['user_question_stats', 'user_achievements'])
    for (const database of control.databasesOf(table))
      checkEqual(
        await control.sqlAt(database, `select id from ${table} where user_id = 1`),
        [],
        `${table} of the guest in database ${database}`,
      );
}

async function recordAsGuest(stage: Stage, questionId: number): Promise<void> {
  const answer = await stage.client.post('/api/stats/record', { userId: 1, questionId, isCorrect: true });
  checkEqual(answer.status, 201, `record as guest: ${answer.text}`);
}
