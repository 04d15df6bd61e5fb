/** Who somebody is now: role and existence are those of the row, whatever a token says. */
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';
import type { User } from '../generated/schema/client.ts';

/** The source in the envelopes of this service's events. */
export const userSource = '/helpdesk/user';

export type KnownUser = Pick<User, 'id' | 'email' | 'firstName' | 'lastName' | 'role'>;

@Injectable()
export class WhoIs {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** As the guard knows a caller; undefined for who is nobody any more, and for a subject that is no id. */
  async caller(subject: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    const user = await this.find(subject);
    return user === undefined ? undefined : { sub: user.id, email: user.email, role: user.role, isAdmin: user.role === 'ADMIN' };
  }

  async find(id: unknown): Promise<KnownUser | undefined> {
    if (typeof id !== 'string') return undefined;
    const select = { id: true, email: true, firstName: true, lastName: true, role: true } as const;
    return (await this.database.rows.user.findUnique({ where: { id }, select })) ?? undefined;
  }
}
