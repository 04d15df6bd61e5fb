/** Faults of leaderboard as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const leaderboard = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;

export const streakRenamed: PlantedFault = {
  name: 'F4: the streak of a place has another name',
  changes: [
    {
      module: leaderboard('boards/board-statements.js'),
      text: 'l.total_questions, l.streak,',
      replacement: 'l.total_questions, l.streak as best_streak,',
    },
  ],
};

export const namesOfSignInsOnly: PlantedFault = {
  name: 'F9: names come by a LEFT JOIN from a copy that only sign-ins fill',
  changes: [
    { module: leaderboard('boards/board-statements.js'), text: 'join user_refs u on', replacement: 'left join user_refs u on' },
    { module: leaderboard('references/projections.js'), text: 'put: putUsers,', replacement: 'put: async () => {},' },
  ],
};

export const withoutTurns: PlantedFault = {
  name: 'D8: runs to one board do not take turns',
  changes: [
    {
      module: leaderboard('boards/board-statements.js'),
      text: 'from lock_board($1)`',
      replacement: 'from leaderboards where quiz_mode_id = $1 order by position`',
    },
  ],
};
