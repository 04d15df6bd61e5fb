/** The numbers as they were last told, and whether something has happened since; the same for all instances. */
import { ticketNumbers } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';
import type { TicketNumbers } from '../neighbours.ts';

export interface KeptNumbers {
  /** Undefined as long as none were told. */
  readonly numbers: TicketNumbers | undefined;
  /** Nothing has happened to tickets since they were asked for, and that was not longer ago than they may be old. */
  readonly isFresh: boolean;
  /** How much has happened so far: to be said when numbers are kept that are asked for from now on. */
  readonly changes: string;
}

@Injectable()
export class NumbersStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async read(ageMaxMs: number): Promise<KeptNumbers> {
    const text = `
      select numbers, changes, coalesce(asked_after = changes and taken_at > now() - $1 * interval '1 millisecond', false) as "isFresh"
      from dashboard_numbers`;
    const { rows } = await this.database.pool.query<{ numbers: unknown; changes: string; isFresh: boolean }>(text, [ageMaxMs]);
    const { numbers, ...rest } = rows[0]!;
    return { ...rest, numbers: numbers === null ? undefined : ticketNumbers.parse(numbers) };
  }

  /** Numbers that were asked for earlier do not take the place of later ones. */
  async keep(numbers: TicketNumbers, { changes }: Pick<KeptNumbers, 'changes'>): Promise<void> {
    await this.database.pool.query(
      'update dashboard_numbers set numbers = $1, asked_after = $2, taken_at = now() where asked_after is null or asked_after <= $2',
      [JSON.stringify(numbers), changes],
    );
  }
}
