/** Whose the tickets are, as the controller has told it. */
import type { SqlSession } from '@banyan/outbox';

export async function ownsTickets(session: SqlSession): Promise<boolean> {
  const { rowCount } = await session.query(`select from banyan.owners where extraction = 'ticket' and owner = 'ticket'`);
  return rowCount === 1;
}
