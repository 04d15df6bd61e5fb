import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { captureBaseline, type Ledger, openLedger, type Outcome, recount, type RecountReport } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, test } from 'vitest';

const sqlFolder = fileURLToPath(new URL('../../recount/', import.meta.url));
const migrations = new URL('../../../monolith/prisma/migrations/', import.meta.url);

let folder: string;
let monolith: TestDatabase;
let scratch: TestDatabase;
let ledger: Ledger;
let lastId = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recount-'));
  [monolith, scratch] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  for (const name of readdirSync(migrations)
    .filter((one) => /^\d/.test(one))
    .sort())
    await monolith.query(readFileSync(new URL(`${name}/migration.sql`, migrations), 'utf8'));
  ledger = openLedger(join(folder, 'ledger.jsonl'), { run: 'r' });
  await insertUser('ann');
  await captureBaseline({ folder, sqlFolder, databases: { monolith: monolith.url } });
  await happen();
});

afterEach(async () => {
  await Promise.all([monolith.close(), scratch.close()]);
  rmSync(folder, { recursive: true, force: true });
});

function write(what: string, facts: object, told: object = {}, outcome: Outcome = 'done'): void {
  const id = (lastId += 1);
  const head = { id, run: 'r', at: Date.now() };
  ledger.write({
    kind: 'asked',
    ...head,
    actor: 'a',
    group: 'g',
    what,
    method: 'POST',
    path: '/',
    trace: `trace ${id}`,
    facts: { ...facts },
  });
  ledger.write({ kind: 'told', ...head, ms: 1, outcome, ok: true, facts: { ...told } });
}

async function insertUser(id: string): Promise<void> {
  await monolith.query(`insert into users (id, email, password, "updatedAt") values ($1, $1 || '@x.test', '', now())`, [id]);
}

async function insertTicket(id: string, owner: string): Promise<void> {
  await monolith.query(`insert into tickets (id, "userId", title, description, "updatedAt") values ($1, $2, 'Ticket ' || $1, '', now())`, [
    id,
    owner,
  ]);
}

async function note(action: string, entityId: string, actorId: string | null): Promise<void> {
  await monolith.query(
    `insert into audit_events (id, action, "entityType", "entityId", "actorId", metadata) values (gen_random_uuid()::text, $1, split_part($1, '.', 1), $2, $3, '{}')`,
    [action, entityId, actorId],
  );
}

async function queue(subject: string, to: string): Promise<void> {
  await monolith.query(
    `insert into email_outbox (id, subject, "to", body, "updatedAt") values (gen_random_uuid()::text, $1, $2, '', now())`,
    [subject, to],
  );
}

/** As it should be: asked, told, and what follows from it. */
async function happen(): Promise<void> {
  write('sign-up', { email: 'bob@x.test' }, { userId: 'bob' });
  await insertUser('bob');
  await note('user.signup', 'bob', 'bob');
  await queue('Welcome to Helpdesk', 'bob@x.test');
  for (const id of ['1', '2']) {
    write('create', { title: `Ticket ${id}`, ownerId: 'ann' }, { ticketId: id });
    await insertTicket(id, 'ann');
    await note('ticket.created', id, 'ann');
  }
  write('status', { ticketId: '1', status: 'DONE', actorId: 'bob' });
  write('status', { ticketId: '1', status: 'OPEN', actorId: 'bob' }, {}, 'unknown');
  await monolith.query(`update tickets set status = 'DONE' where id = '1'`);
  await note('ticket.status_changed', '1', 'bob');
  await queue('Ticket Status Updated: Ticket 1', 'ann@x.test');
  write('assign', { ticketId: '1', assignedToUserId: 'bob', actorId: 'ann' });
  await monolith.query(`update tickets set "assignedToUserId" = 'bob' where id = '1'`);
  await note('ticket.assigned', '1', 'ann');
  await queue('Ticket Assignment Update: Ticket 1', 'ann@x.test');
  write('comment', { body: 'one', ticketId: '1', authorId: 'bob' });
  await monolith.query(`insert into ticket_comments (id, "ticketId", "authorId", body) values ('c', '1', 'bob', 'one')`);
}

async function count(): Promise<RecountReport> {
  ledger.close();
  const databases = { monolith: monolith.url };
  return recount({ folder, sqlFolder, ledgerPath: ledger.path, databases, scratchUrl: scratch.url });
}

const caughtBy = ({ findings }: RecountReport) => [...new Set(findings.map(({ file, problem }) => `${file} ${problem}`))].sort();

test('nothing is found where nothing is wrong; an unknown change may be there or not', async () => {
  const report = await count();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, lost: 0, doubled: 0, differing: 0, figures: { 'mails waiting': 3, 'mails given up': 0 } });
  expect(Object.fromEntries(report.checks.map(({ check, counted }) => [check, counted]))).toMatchObject({
    accounts: 1,
    tickets: 4,
    comments: 1,
    history: 5,
    mails: 3,
  });
});

const planted: [fault: string, plant: () => Promise<unknown>, caught: string[]][] = [
  ['a ticket is lost', () => monolith.query(`delete from tickets where id = '2'`), ['30-tickets.sql lost']],
  [
    'a ticket is there twice',
    () =>
      monolith.query(
        `insert into tickets select '9', "userId", title, description, status, "createdAt", "updatedAt" from tickets where id = '2'`,
      ),
    ['30-tickets.sql doubled'],
  ],
  [
    'a change of status is lost',
    () => monolith.query(`update tickets set status = 'IN_PROGRESS' where id = '1'`),
    ['30-tickets.sql differing'],
  ],
  ['an assignment is lost', () => monolith.query(`update tickets set "assignedToUserId" = null`), ['30-tickets.sql differing']],
  ['a comment is lost', () => monolith.query(`delete from ticket_comments`), ['32-comments.sql lost']],
  [
    'F8: what was done is not noted',
    () => monolith.query(`delete from audit_events where action = 'ticket.status_changed'`),
    ['34-history.sql lost'],
  ],
  [
    'F11: it is noted twice, and once more',
    async () => {
      await note('ticket.status_changed', '1', 'bob');
      await note('ticket.status_changed', '1', 'bob');
    },
    ['34-history.sql doubled'],
  ],
  [
    'F8: a mail is not queued',
    () => monolith.query(`delete from email_outbox where subject like 'Ticket Assignment%'`),
    ['36-mails.sql lost'],
  ],
  ['F9: a mail is queued twice', () => queue('Welcome to Helpdesk', 'bob@x.test'), ['36-mails.sql doubled']],
  [
    'a mail goes to the assignee',
    () => monolith.query(`update email_outbox set "to" = 'bob@x.test' where subject like 'Ticket Assignment%'`),
    ['36-mails.sql differing'],
  ],
  [
    'F16: who is gone still has a ticket to do',
    async () => {
      write('delete user', { userId: 'bob', email: 'bob@x.test', actorId: 'ann' });
      await note('user.deleted', 'bob', 'ann');
      await monolith.query(
        `alter table users disable trigger all; delete from users where id = 'bob'; delete from ticket_comments; update audit_events set "actorId" = null where "actorId" = 'bob'`,
      );
    },
    ['50-references.sql lost'],
  ],
  [
    'F17: who is gone still has said something',
    async () => {
      write('delete user', { userId: 'bob', email: 'bob@x.test', actorId: 'ann' });
      await note('user.deleted', 'bob', 'ann');
      await monolith.query(
        `alter table users disable trigger all; delete from users where id = 'bob'; update tickets set "assignedToUserId" = null; update audit_events set "actorId" = null where "actorId" = 'bob'`,
      );
    },
    ['32-comments.sql doubled', '50-references.sql lost'],
  ],
];

test.each(planted)('%s', async (_fault, plant, caught) => {
  await plant();
  const report = await count();
  expect(caughtBy(report)).toEqual(caught);
  expect(report.ok).toBe(false);
});
