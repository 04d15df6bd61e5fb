/** The routes of the audit: the history of a ticket as the monolith answers it, and what administrators look for. */
import { type AuditSearch, auditSearch } from '@helpdesk/contracts';
import { BadRequestException, Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CatchUp } from './trail/catch-up.ts';
import { Entries } from './trail/entries.ts';

@Controller()
export class AuditController {
  constructor(
    @Inject(Entries) private readonly entries: Entries,
    @Inject(CatchUp) private readonly catchUp: CatchUp,
  ) {}

  @Get('tickets/:id/audit')
  async history(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object[]> {
    const isComplete = await this.catchUp.withTicket(id);
    const entries = await this.entries.ofTicket(id);
    if (!isComplete) void reply.header('x-degraded', 'audit-lag');
    return entries;
  }

  @Get('audit/entity/:type/:id')
  ofEntity(@Param('type') entityType: string, @Param('id') entityId: string, @Query() query: object): Promise<object> {
    return this.entries.search({ ...pagingOf(query), entityType, entityId });
  }

  @Get('audit/actor/:id')
  ofActor(@Param('id') actorId: string, @Query() query: object): Promise<object> {
    return this.entries.search({ ...pagingOf(query), actorId });
  }

  @Get('audit/search')
  search(@Query() query: unknown): Promise<object> {
    return this.entries.search(readSearch(query));
  }
}

function pagingOf(query: object): Pick<AuditSearch, 'page' | 'limit'> {
  const { page, limit } = query as Record<string, unknown>;
  return readSearch({ page, limit });
}

function readSearch(query: unknown): AuditSearch {
  const search = auditSearch.safeParse(query);
  if (search.success) return search.data;
  throw new BadRequestException(search.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
