// A27 to A30: six places per mode, in order, with invented names where nobody stands yet.
import { checkEqual, checkThat } from '@banyan/proof';
import { type BoardRow } from '../bodies.ts';
import { scenario } from '../define.ts';

type Result = readonly [correct: number, total: number, streak: number];

export const boards = [
  scenario('A27', 'a seventh equal to the last is refused silently, a better one replaces the last', async (stage) => {
    const mode = await stage.mode();
    const learners = await stage.learners(7);
    const results: Result[] = [
      [4, 9, 4],
      [3, 9, 3],
      [3, 9, 2],
      [2, 9, 2],
      [2, 9, 1],
      [1, 9, 0],
    ];
    for (const [index, result] of results.entries())
      checkEqual((await stage.post(mode, learners[index]!, result)).status, 201, 'board post');
    const seventh = learners[6]!;
    const refused = await stage.post(mode, seventh, [1, 9, 9]);
    checkEqual([refused.status, refused.json()], [201, { success: true }], 'as good as the last');
    checkEqual(standing(await stage.board(mode, seventh)), ['4/4', '3/3', '3/2', '2/2', '2/1', '1/0'], 'board after the refused one');
    checkEqual((await stage.post(mode, seventh, [2, 9, 2])).status, 201, 'better than the last');
    const board = await stage.board(mode, seventh);
    checkEqual(standing(board), ['4/4', '3/3', '3/2', '2/2', '2/2', '2/1'], 'board after the better one');
    checkThat([4, 5].includes(board.find((row) => row.user_id === seventh.id)?.position ?? 0), 'the new one stands beside its equal');
    checkEqual(
      board.map(({ position }) => position),
      [1, 2, 3, 4, 5, 6],
      'positions',
    );
  }),

  scenario('A28', 'a worse result overwrites a better one', async (stage) => {
    const mode = await stage.mode();
    const [first, second] = await stage.learners(2);
    await stage.post(mode, first!, [5, 6, 5]);
    await stage.post(mode, second!, [3, 6, 3]);
    await stage.post(mode, first!, [1, 2, 0]);
    const keepsBest = stage.target.flags.has('leaderboard.keepBest');
    const rows = (await stage.board(mode, first)).slice(0, 2).map((row) => [row.user_id, row.correct_answers]);
    checkEqual(
      rows,
      keepsBest
        ? [
            [first!.id, 5],
            [second!.id, 3],
          ]
        : [
            [second!.id, 3],
            [first!.id, 1],
          ],
      'order',
    );
  }),

  scenario('A29', 'empty places are filled with invented names; real rows carry numbers and current names', async (stage) => {
    const mode = await stage.mode();
    const learners = await stage.learners(2);
    await stage.post(mode, learners[0]!, [2, 3, 2]);
    await stage.post(mode, learners[1]!, [1, 3, 1]);
    const board = await stage.board(mode, learners[1]);
    checkEqual(board.length, 6, 'rows');
    for (const [index, learner] of learners.entries()) {
      const { achieved_at: _when, ...row } = board[index]!;
      const correct = 2 - index;
      const expected = {
        quiz_mode_id: mode,
        position: index + 1,
        user_id: learner.id,
        correct_answers: correct,
        total_questions: 3,
        streak: correct,
        username: learner.name,
      };
      checkEqual(row, expected, `real row ${index + 1}`);
    }
    for (const [index, { achieved_at, username, ...row }] of board.slice(2).entries()) {
      checkEqual(
        row,
        { quiz_mode_id: String(mode), position: index + 3, user_id: 0, correct_answers: 0, total_questions: 0, streak: 0 },
        `filler ${index + 3}`,
      );
      const ageDays = (Date.now() - Date.parse(achieved_at)) / 86_400_000;
      checkThat(ageDays > -1 && ageDays < 31 && username.includes(' '), 'a filler has a name and a date of the last 30 days', {
        achieved_at,
        username,
      });
    }
  }),

  scenario('A30', 'twenty users post at once: six distinct places, rightly ordered', async (stage) => {
    const mode = await stage.mode();
    const learners = await stage.learners(20);
    const answers = await Promise.all(learners.map((learner, index) => stage.post(mode, learner, [index + 1, 20, index % 5])));
    const board = await stage.board(mode);
    checkEqual(board.length, 6, 'rows');
    if (stage.target.defects.has('D8')) {
      checkThat(
        answers.every(({ status }) => status === 201 || status === 500),
        'each post is 201 or 500 (D8)',
        answers.map(({ status }) => status),
      );
      return;
    }
    checkEqual(
      answers.filter(({ status }) => status !== 201).map(({ status }) => status),
      [],
      'posts not answered with 201',
    );
    checkEqual(
      board.map((row) => [row.position, row.correct_answers]),
      [
        [1, 20],
        [2, 19],
        [3, 18],
        [4, 17],
        [5, 16],
        [6, 15],
      ],
      'the six best',
    );
  }),
];

function standing(board: readonly BoardRow[]): string[] {
  return board.map((row) => `${row.correct_answers}/${row.streak}`);
}
