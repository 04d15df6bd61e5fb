/** Faults of maintenance as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const maintenance = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;

export const removesByItself: PlantedFault = {
  name: 'F18: the reset goes on in tables that are no longer there, and only logs',
  changes: [
    {
      module: maintenance('jobs/guest-reset.js'),
      text: 'this.outbox.publish(userStatsReset,',
      replacement: `await session.query('savepoint reset');
        await session.query('delete from user_question_stats where user_id = 1').catch((error) => console.error(error.message));
        await session.query('rollback to reset');
        void (userStatsReset,`,
    },
  ],
};

export const runsTwice: PlantedFault = {
  name: 'F18: two replicas, each with a run of its own',
  changes: [
    { module: maintenance('jobs/guest-reset.js'), text: `name = 'guest-reset'`, replacement: 'name = `guest-reset ${process.pid}`' },
  ],
};
