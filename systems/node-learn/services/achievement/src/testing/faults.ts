/** Faults of achievement as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const achievement = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;

export const historyForgotten: PlantedFault = {
  name: 'F6: the copies know only what was told since the move',
  changes: [
    { module: achievement('projection/projections.js'), text: 'put: putAnswers,', replacement: 'put: async () => {},' },
    { module: achievement('projection/projections.js'), text: 'put: putQuestions,', replacement: 'put: async () => {},' },
  ],
};

export const guestSwallowed: PlantedFault = {
  name: 'F7: guest-id is swallowed by the route with a parameter',
  changes: [
    { module: achievement('achievements.controller.js'), text: `Get('guest-id')`, replacement: `Get('guest')` },
    { module: achievement('achievements.controller.js'), text: `Get('user/:userId')`, replacement: `Get(['user/:userId', ':userId'])` },
  ],
};

export const countedTwice: PlantedFault = {
  name: 'F8: the check that a client asks for adds to the counts as well',
  changes: [
    {
      module: achievement('badges/badges.js'),
      text: 'await lockUser(sql, userId);',
      replacement: `await lockUser(sql, userId);
        const here = [userId, questionId];
        await sql.query('update answer_refs set correct_count = correct_count + 1 where user_id = $1 and question_id = $2', here);`,
    },
  ],
};

export const ownGroups: PlantedFault = {
  name: 'F13: two replicas, each a consumer group of its own',
  changes: [
    { module: achievement('achievement.module.js'), text: `group: 'achievement'`, replacement: 'group: `achievement-${process.pid}`' },
  ],
};

export const silence: PlantedFault = {
  name: 'F14: nothing is told when nothing is earned',
  changes: [
    {
      module: achievement('events/answer-checks.js'),
      text: 'this.outbox.publish(achievementChecked,',
      replacement: 'if (awards.length > 0) this.outbox.publish(achievementChecked,',
    },
  ],
};
