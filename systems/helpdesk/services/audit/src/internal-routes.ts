/** What other services may ask: to keep an entry. */
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type InternalRoutes as Routes, isRefusedWrite } from '@banyan/service';
import { auditInternal } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AUDIT_SETTINGS, type AuditSettings } from './settings.ts';
import { Notes } from './trail/notes.ts';

const text = z.string().min(1);
const handedOver = z.object({
  dedupeKey: z.uuid(),
  time: z.iso.datetime(),
  actorId: text.nullable().default(null),
  action: text,
  entityType: text,
  entityId: text,
  metadata: z.record(z.string(), z.unknown()).default({}),
});

class NotTheOwner extends Error {}

@Injectable()
export class InternalRoutes implements Routes {
  readonly tokens: ServiceTokens;
  readonly handlers: Routes['handlers'];

  constructor(
    @Inject(AUDIT_SETTINGS) settings: AuditSettings,
    @Inject(Notes) private readonly notes: Notes,
  ) {
    this.tokens = createServiceTokens({ service: 'audit', secret: settings.SERVICE_SECRET });
    this.handlers = [{ endpoint: auditInternal.log, answer: ({ body }) => this.log(body) }];
  }

  toAnswer(error: unknown): { status: number; body: object } | undefined {
    if (error instanceof z.ZodError)
      return { status: 400, body: { message: 'An entry has a key, a time, an action, and what it is about', statusCode: 400 } };
    const isElsewhere = error instanceof NotTheOwner || isRefusedWrite(error);
    return isElsewhere ? { status: 503, body: { message: 'The entries are somebody else’s now', statusCode: 503 } } : undefined;
  }

  private async log(body: unknown): Promise<object> {
    const { dedupeKey: id, time, ...entry } = handedOver.parse(body);
    if (!(await this.notes.keep({ id, time }, entry))) throw new NotTheOwner();
    return { id };
  }
}
