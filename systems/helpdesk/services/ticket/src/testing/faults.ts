/** Faults of a user's end as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const ticket = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;

const removals = ticket('tickets/removals.js');
const rows = ticket('people/rows.js');

export const assignmentsDangle: PlantedFault = {
  name: 'F16: what was theirs to do stays theirs',
  changes: [{ module: removals, text: 'await this.unassign(session, userId);', replacement: '' }],
};

export const commentsSurvive: PlantedFault = {
  name: 'F17: what they have said about tickets of others stays',
  changes: [{ module: removals, text: 'delete from ticket_comments where "authorId" = $1', replacement: 'select $1::text' }],
};

export const nobodyIsHeld: PlantedFault = {
  name: 'F18: something new is theirs after the rest was removed',
  changes: [{ module: rows, text: 'and not "isDeleted" and deletion is null', replacement: '' }],
};

export const assignmentsForgotten: PlantedFault = {
  name: 'F19: hidden by taking it away, and not given back',
  changes: [
    {
      module: rows,
      text: 'export async function hidePerson(session, id, saga) {',
      replacement: `export async function hidePerson(session, id, saga) {
        await session.query('update tickets set "assignedToUserId" = null where "assignedToUserId" = $1', [id]);`,
    },
  ],
};
