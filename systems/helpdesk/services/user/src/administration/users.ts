/** What administrators do with users: another role, or an end. */
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, SqlSession, Transactions } from '@banyan/outbox';
import { type Role, roles } from '@helpdesk/contracts';
import { userRoleChanged, userUpdated } from '@helpdesk/contracts/events';
import { BadRequestException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { Deletions } from '../deletion/deletions.ts';
import { toPerson, toReference, userColumns, type UserRow } from '../directory/user-shapes.ts';
import { WhoIs } from '../directory/who-is.ts';
import { USER_SETTINGS, type UserSettings } from '../settings.ts';

@Injectable()
export class Users {
  constructor(
    @Inject(USER_SETTINGS) private readonly settings: UserSettings,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>,
    @Inject(OUTBOX) private readonly outbox: Outbox<typeof userUpdated | typeof userRoleChanged>,
    @Inject(WhoIs) private readonly whoIs: WhoIs,
    @Inject(Deletions) private readonly deletions: Deletions,
  ) {}

  /** Without a role nothing changes, and that is told. Rejects with 404 for nobody, and for no such role. */
  async changeRole(id: string, wanted: unknown, actorId: string): Promise<object> {
    if ((await this.whoIs.find(id)) === undefined) throw new UnknownUser();
    if (wanted !== undefined && !isRole(wanted)) throw this.noSuchRole();
    const user = await this.transactions.run(({ session }) => this.setRole(session, id, wanted, actorId));
    return { ...toReference(user), role: user.role };
  }

  /** With everything that is theirs, wherever it is. Rejects with 404 for nobody. */
  async remove(id: string, actorId: string): Promise<void> {
    if (id === actorId) throw new BadRequestException('You cannot delete your own account');
    if ((await this.whoIs.find(id)) === undefined) throw new UnknownUser();
    const outcome = await this.deletions.remove(id, actorId);
    if (outcome === 'unknown') throw new UnknownUser();
    if (outcome === 'under-way') throw this.deletedMeanwhile();
  }

  private async setRole(session: SqlSession, userId: string, newRole: Role | undefined, actorId: string): Promise<UserRow> {
    const before = await session.query<UserRow>(`select ${userColumns} from users where id = $1 for update`, [userId]);
    const [old] = before.rows;
    if (old === undefined) throw new UnknownUser();
    const user = newRole === undefined ? old : await this.writeRole(session, old, newRole);
    const { email, role: oldRole } = old;
    this.outbox.publish(userRoleChanged, { userId, email, oldRole, ...(newRole === undefined ? {} : { newRole }), actorId });
    return user;
  }

  private async writeRole(session: SqlSession, { id, role: oldRole }: UserRow, role: Role): Promise<UserRow> {
    const { rows } = await session.query<UserRow>(
      `update users set role = $2::"UserRole", "updatedAt" = $3 where id = $1 returning ${userColumns}`,
      [id, role, new Date().toISOString()],
    );
    const [user] = rows as [UserRow];
    this.outbox.publish(userUpdated, { ...toPerson(user), changed: role === oldRole ? [] : ['role'], cause: 'role_changed' });
    return user;
  }

  /** The monolith leaves it to its database layer, and calls it a failure of its own. */
  private noSuchRole(): Error {
    const message = `role must be one of the following values: ${roles.join(', ')}`;
    return this.settings.FLAGS.has('fix.validation') ? new BadRequestException([message]) : new Error(message);
  }

  private deletedMeanwhile(): Error {
    return this.settings.FLAGS.has('fix.races') ? new UnknownUser() : new Error('Somebody else deletes them at the same moment');
  }
}

class UnknownUser extends NotFoundException {
  constructor() {
    super('User not found');
  }
}

function isRole(value: unknown): value is Role {
  return (roles as readonly unknown[]).includes(value);
}
