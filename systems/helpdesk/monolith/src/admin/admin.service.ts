/** Users as administrators see them, and the four numbers of the dashboard. */
import { BadRequestException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.ts';
import { DatabaseService } from '../database/database.service.ts';
import { userReferenceWithRole } from '../database/user-reference.ts';
import type { Prisma, UserRole } from '../generated/schema/client.ts';

const newestFirst = { createdAt: 'desc' } as const;

@Injectable()
export class AdminService {
  private readonly logger = new Logger(AdminService.name);

  constructor(
    private readonly database: DatabaseService,
    private readonly audit: AuditService,
  ) {}

  agents() {
    return this.database.user.findMany({ orderBy: newestFirst, select: userReferenceWithRole });
  }

  users() {
    return this.database.user.findMany({ orderBy: newestFirst, select: { ...userReferenceWithRole, createdAt: true } });
  }

  async statistics() {
    const count = (where: Prisma.TicketWhereInput) => this.database.ticket.count({ where });
    const [totalTickets, openTickets, inProgressTickets, doneTickets] = await Promise.all([
      count({}),
      count({ status: 'OPEN' }),
      count({ status: 'IN_PROGRESS' }),
      count({ status: 'DONE' }),
    ]);
    return { totalTickets, openTickets, inProgressTickets, doneTickets };
  }

  async changeRole(id: string, role: UserRole | undefined) {
    const { role: oldRole } = await this.find(id);
    const user = await this.database.user.update({
      where: { id },
      data: { role } as Prisma.UserUpdateInput,
      select: userReferenceWithRole,
    });
    this.logger.log(`The role of ${id} was ${oldRole} and is ${user.role}.`);
    const metadata = { oldRole, newRole: role } as Prisma.InputJsonObject;
    await this.audit.write({ actorId: null, action: 'user.role_changed', entityType: 'user', entityId: id, metadata });
    return user;
  }

  async removeUser(id: string, actorId: string): Promise<{ message: string }> {
    if (id === actorId) throw new BadRequestException('You cannot delete your own account');
    const { email, role } = await this.find(id);
    await this.database.user.delete({ where: { id } });
    this.logger.log(`The user ${id} was deleted.`);
    await this.audit.write({ actorId, action: 'user.deleted', entityType: 'user', entityId: id, metadata: { email, role } });
    return { message: 'User deleted successfully' };
  }

  private async find(id: string) {
    const user = await this.database.user.findUnique({ where: { id } });
    if (user === null) throw new NotFoundException('User not found');
    return user;
  }
}
