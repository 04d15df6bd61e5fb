import { readdirSync, readFileSync } from 'node:fs';
import { createTestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createDataSet } from './data-set.ts';
import { loadDataSet } from './load-data-set.ts';

const migrations = new URL('../../../monolith/prisma/migrations/', import.meta.url);
const data = createDataSet();

const share = <Row>(rows: readonly Row[], of: (row: Row) => boolean) => rows.filter(of).length;

describe('the data set', () => {
  it('is the same every time, reset tokens that are still good aside', () => {
    expect(createDataSet()).toEqual(data);
    const later = createDataSet({ now: Date.parse('2027-01-01T00:00:00Z') });
    expect(later.password_reset_tokens.filter(({ expiresAt }) => expiresAt > '2027-01-01')).toHaveLength(8);
    expect({ ...later, password_reset_tokens: [] }).toEqual({ ...data, password_reset_tokens: [] });
  });

  it('has the numbers of the specification', () => {
    const { users, tickets, ticket_comments: comments, audit_events: audit, email_outbox: mails, password_reset_tokens: tokens } = data;
    expect([users.length, tickets.length, comments.length, audit.length, mails.length, tokens.length]).toEqual([
      60, 1200, 3500, 6000, 2800, 40,
    ]);
    expect(share(users, ({ role }) => role === 'ADMIN')).toBe(4);
    expect([share(users, ({ firstName }) => firstName === null), share(users, ({ firstName }) => firstName === '')]).toEqual([6, 4]);
    expect(new Set(users.map(({ email }) => email.toLowerCase())).size).toBe(59);
    const statuses = ['OPEN', 'IN_PROGRESS', 'DONE'].map((status) => share(tickets, (ticket) => ticket.status === status));
    expect(statuses).toEqual([540, 300, 360]);
    expect(share(tickets, ({ assignedToUserId }) => assignedToUserId !== null)).toBe(420);
    expect(share(tickets, ({ assignedToUserId, userId }) => assignedToUserId === userId)).toBe(60);
    expect(share(tickets, ({ description }) => description.length === 90_000)).toBe(1);
    expect(share(tickets, ({ title }) => title.trim() === '')).toBe(2);
    expect(share(tickets, ({ title }) => /[<&]/.test(title))).toBe(5);
    const together = [...Map.groupBy(tickets, ({ createdAt }) => createdAt).values()]
      .map(({ length }) => length)
      .filter((length) => length > 1);
    expect(together).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    expect([share(comments, ({ isInternal }) => isInternal), share(comments, ({ body }) => body === '')]).toEqual([700, 35]);
    expect(share(audit, ({ actorId, action }) => actorId === null && action !== 'user.role_changed')).toBe(60);
    expect([share(mails, ({ sent }) => sent), share(mails, ({ attempts }) => attempts === 5)]).toEqual([2688, 56]);
    expect(share(tokens, ({ used }) => used)).toBe(20);
  });

  it('agrees with itself: a ticket is what its history says, and every change has its mail', () => {
    const history = Map.groupBy(data.audit_events, ({ entityId }) => entityId);
    for (const ticket of data.tickets) {
      const entries = history.get(ticket.id) ?? [];
      const statuses = entries.filter(({ action }) => action === 'ticket.status_changed');
      expect(statuses.at(-1)?.metadata['newStatus'] ?? 'OPEN').toBe(ticket.status);
      for (const [index, { metadata }] of statuses.entries())
        expect(metadata['oldStatus']).toBe(statuses[index - 1]?.metadata['newStatus'] ?? 'OPEN');
      const assignment = entries.findLast(({ action }) => action.endsWith('assigned'));
      expect(assignment?.metadata['assignedToUserId'] ?? null).toBe(ticket.assignedToUserId);
      expect(entries.at(-1)?.createdAt).toBe(ticket.updatedAt);
    }
    const changes = share(data.audit_events, ({ action }) => /status_changed|assigned/.test(action));
    expect(share(data.email_outbox, ({ subject }) => subject.startsWith('Ticket '))).toBe(changes);
  });

  it('grows with the scale', () => {
    const larger = createDataSet({ scale: 3 });
    expect([larger.users.length, larger.tickets.length, larger.ticket_comments.length]).toEqual([180, 3600, 10_500]);
    expect(new Set(larger.users.map(({ email }) => email)).size).toBe(180);
  });

  it('loads into the schema once, again only on request', async () => {
    await using database = await createTestDatabase();
    for (const name of readdirSync(migrations)
      .filter((one) => /^\d/.test(one))
      .sort())
      await database.query(readFileSync(new URL(`${name}/migration.sql`, migrations), 'utf8'));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      expect(await loadDataSet(client, data)).toMatchObject({ users: 60, tickets: 1200, audit_events: 6000 });
      await expect(loadDataSet(client, data)).rejects.toThrow('There are 60 users already');
      await loadDataSet(client, data, { replace: true });
      const { rows } = await client.query(`select to_char(max("createdAt"), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as newest from tickets`);
      expect(rows).toEqual([{ newest: data.tickets.map(({ createdAt }) => createdAt).sort().at(-1) }]); // prettier-ignore
    } finally {
      await client.end();
    }
  });
});
