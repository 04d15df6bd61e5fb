/** What is read of the audit: the history of a ticket, by everybody; everything, by administrators. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { forbidden, hasNul, invalid, serverError, unauthorized } from './refusals.ts';
import { person } from './ticket-shapes.ts';
import { id } from './users.ts';

const entry = {
  id,
  actorId: id.nullable().meta({ description: 'Null: nobody in particular, or somebody who is gone' }),
  action: z.string(),
  entityType: z.string(),
  entityId: id,
  metadata: z.record(z.string(), z.unknown()).nullable(),
  createdAt: z.iso.datetime(),
  actor: person.nullable(),
};

const historyEntry = z.strictObject(entry);

const page = z.strictObject({
  items: z.array(
    z.strictObject({
      ...entry,
      correlationId: z
        .string()
        .nullable()
        .meta({ description: 'Of the request that it follows from; null where a row of the monolith is all that is known' }),
      isShown: z.boolean().meta({ description: 'False: kept for administrators alone' }),
    }),
  ),
  total: z.int().nonnegative(),
  page: z.int().positive(),
  limit: z.int().positive(),
});

const audit = 'public.audit_events';
const users = 'public.users';
const hasNulInPath = ({ params }: { readonly params: object }) => hasNul(params);
const refusedId = serverError('An id with a NUL', hasNulInPath);

const history = endpoint({
  name: 'tickets.history',
  method: 'GET',
  path: '/tickets/:id/audit',
  summary: 'What has happened to any ticket, the newest first, also to one that is gone',
  caller: 'user',
  effect: { reads: [audit, users], writes: [] },
  request: { params: z.object({ id: id.meta({ examples: ['nothing'] }) }) },
  responses: {
    200: {
      description: 'The entries; none of a ticket that never was',
      headers: { 'x-degraded': '`audit-lag`: what has happened last may be missing' },
      body: z.array(historyEntry),
    },
    400: invalid,
    401: unauthorized,
    500: refusedId,
  },
});

const pageMax = 1_000_000;
const limitMax = 200;
const paging = {
  page: z.coerce.number().int().min(1).max(pageMax).default(1),
  limit: z.coerce.number().int().min(1).max(limitMax).default(50),
};

/** What can be asked for; all of it has to hold. */
export const auditSearch = z.object({
  action: z.string().optional(),
  entityType: z.string().optional(),
  entityId: z.string().optional(),
  actorId: z.string().optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional().meta({ description: 'Up to this moment, which is not part of it' }),
  ...paging,
});
export type AuditSearch = z.output<typeof auditSearch>;

const searched = { method: 'GET', caller: 'admin', effect: { reads: [audit, users], writes: [] } } as const;
const found = {
  200: { description: 'One page, the newest first', body: page },
  400: invalid,
  401: unauthorized,
  403: forbidden,
  500: serverError('A text with a NUL', ({ params, query }) => hasNul([params, query])),
};

const ofEntity = endpoint({
  ...searched,
  name: 'audit.of-entity',
  path: '/audit/entity/:type/:id',
  summary: 'Everything that is noted of a ticket or a user, also what no history shows',
  request: {
    params: z.object({ type: id.meta({ examples: ['ticket'] }), id: id.meta({ examples: ['nothing'] }) }),
    query: z.object(paging),
  },
  responses: found,
});

const ofActor = endpoint({
  ...searched,
  name: 'audit.of-actor',
  path: '/audit/actor/:id',
  summary: 'Everything that somebody has done',
  request: { params: z.object({ id: id.meta({ examples: ['nobody'] }) }), query: z.object(paging) },
  responses: found,
});

const search = endpoint({
  ...searched,
  name: 'audit.search',
  path: '/audit/search',
  summary: 'What is noted, by what it is about, who did it, what it was, and when',
  request: { query: auditSearch },
  responses: found,
});

export const auditEndpoints = [history, ofEntity, ofActor, search] as const;
