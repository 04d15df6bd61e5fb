/** Whether the boards are this service's, as the controller has told it last. */
import type { Sql } from '../boards/board-statements.ts';

export async function isOwner(sql: Sql): Promise<boolean> {
  const told = `select from banyan.owners where extraction = 'leaderboard' and owner = 'leaderboard'`;
  return (await sql.query<unknown[]>(told)).length > 0;
}
