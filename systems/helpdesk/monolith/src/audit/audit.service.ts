/** Writes down who did what to which entity, and reads it again. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.ts';
import { userReference } from '../database/user-reference.ts';
import type { Prisma } from '../generated/schema/client.ts';

export interface AuditEntry {
  /** Null: nobody in particular. */
  readonly actorId: string | null;
  readonly action: string;
  readonly entityType: 'ticket' | 'user';
  readonly entityId: string;
  readonly metadata?: Prisma.InputJsonObject;
}

@Injectable()
export class AuditService {
  constructor(private readonly database: DatabaseService) {}

  async write({ metadata = {}, ...entry }: AuditEntry): Promise<void> {
    await this.database.auditEvent.create({ data: { ...entry, metadata } });
  }

  /** Newest first; empty for an entity that nobody has heard of. */
  read(entityType: AuditEntry['entityType'], entityId: string) {
    return this.database.auditEvent.findMany({
      where: { entityType, entityId },
      orderBy: { createdAt: 'desc' },
      include: { actor: { select: userReference } },
    });
  }
}
