import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fresh, letPass, queued, signUp, subjectsTo } from './testing/mails.ts';
import { type NotificationWorld, pathOf, startNotificationWorld } from './testing/notification-world.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await startNotificationWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await world.mail.mend();
  await world.database.query('truncate email_outbox, mail_retries');
});

/** What the monolith left: `attempts` of its mailer. */
async function leave(to: string, attempts: number): Promise<string> {
  const { id, time } = fresh();
  const text = `insert into email_outbox (id, "to", subject, body, attempts, "createdAt", "updatedAt") values ($1, $2, 'Left', 'y', $3, $4, $4)`;
  await world.database.query(text, [id, to, attempts, time]);
  return id;
}

/** As an operator does. */
async function deadMails(...words: readonly string[]): Promise<unknown[]> {
  const environment = { ...process.env, DATABASE_URL: world.database.url };
  const { stdout } = await promisify(execFile)(process.execPath, [pathOf('../../dist/dead-mails.js'), ...words], { env: environment });
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as unknown); // prettier-ignore
}

test('a mail that is refused is tried again when it is due, and no sooner', async () => {
  await world.mail.plant({ kind: 'refuse', to: 'late@example.test', times: 1 });
  await world.tell(signUp('late@example.test'));
  const retries = async () =>
    (await world.database.query(`select due_at > now() + interval '3 s' as later, gave_up_at from mail_retries`)).rows;
  await expect.poll(retries).toEqual([{ later: true, gave_up_at: null }]);
  expect(await queued(world, 'late@example.test')).toMatchObject([{ sent: false, attempts: 1 }]);
  await letPass(world, 60);
  await expect.poll(() => queued(world, 'late@example.test')).toMatchObject([{ sent: true, attempts: 2 }]);
  expect(await subjectsTo(world, 'late@example.test')).toEqual(['Welcome to Helpdesk']);
});

test('the mail server is away for ten minutes: every mail arrives once (A32)', async () => {
  const people = Array.from({ length: 12 }, (_, index) => `away-${index}@example.test`);
  await world.mailGoes();
  await world.tell(...people.map((email) => signUp(email)));
  const tried = async (attempts: number) =>
    (await world.database.query('select from email_outbox where attempts = $1', [attempts])).rowCount;
  for (const [attempts, seconds] of [
    [1, 10],
    [2, 60],
    [3, 180],
  ] as const) {
    // prettier-ignore
    await expect.poll(() => tried(attempts), { timeout: 20_000 }).toBe(12);
    await letPass(world, seconds);
  }
  await expect.poll(() => tried(4), { timeout: 20_000 }).toBe(12);
  await world.mailComes();
  await letPass(world, 900);
  const sent = 'select from email_outbox where sent and attempts = 5';
  await expect.poll(async () => (await world.database.query(sent)).rowCount, { timeout: 20_000 }).toBe(12);
  for (const email of people) expect(await subjectsTo(world, email)).toEqual(['Welcome to Helpdesk']);
});

test('what the monolith has not sent yet is sent; what it has given up is dead', async () => {
  await leave('waits@example.test', 4);
  const id = await leave('given-up@example.test', 5);
  await expect.poll(() => queued(world, 'waits@example.test')).toMatchObject([{ sent: true, attempts: 5 }]);
  expect(await deadMails()).toMatchObject([{ id, to: 'given-up@example.test', subject: 'Left', attempts: 5, error: null }]);
  expect(await subjectsTo(world, 'given-up@example.test')).toEqual([]);
});

test('what was tried often enough is dead, until an operator has it sent again', async () => {
  await world.mail.plant({ kind: 'refuse', to: 'dead@example.test' });
  const { id } = fresh();
  await world.tell(signUp('dead@example.test', { id, time: new Date() }));
  await expect.poll(() => queued(world, 'dead@example.test')).toMatchObject([{ attempts: 1 }]);
  await world.database.query('update email_outbox set attempts = 8');
  await letPass(world, 60);
  await expect.poll(() => deadMails()).toMatchObject([{ id, attempts: 9, error: expect.stringContaining('451') as string }]);
  await world.mail.mend();
  expect(await deadMails('again', 'nothing', id)).toEqual([id]);
  await expect.poll(() => queued(world, 'dead@example.test')).toMatchObject([{ sent: true, attempts: 1 }]);
  expect([await deadMails(), await deadMails('again', '--all')]).toEqual([[], []]);
});

test('a server that takes a mail and loses the connection gets it again under the same id', async () => {
  await world.mail.plant({ kind: 'break', to: 'broken@example.test', times: 1, keeps: true });
  await world.tell(signUp('broken@example.test'));
  await expect.poll(() => queued(world, 'broken@example.test')).toMatchObject([{ sent: false, attempts: 1 }]);
  await letPass(world, 60);
  await expect.poll(() => queued(world, 'broken@example.test')).toMatchObject([{ sent: true }]);
  const ids = (await world.mail.to('broken@example.test')).map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('with a slow server and two senders each mail is sent once (A33)', async () => {
  await world.startAnother();
  await world.mail.plant({ kind: 'delay', to: 'slow@example.test', delayMs: 300 });
  await world.tell(...Array.from({ length: 8 }, () => signUp('slow@example.test')));
  const sent = async () => (await queued(world, 'slow@example.test')).filter((mail) => mail.sent).length;
  await expect.poll(sent, { timeout: 10_000 }).toBe(8);
  expect(await subjectsTo(world, 'slow@example.test')).toHaveLength(8);
});

test('behind the fence of a cutover nothing is sent; once it is lifted everything is', async () => {
  await world.database.query(`create sequence refusals;
    create function refuse() returns trigger language plpgsql as
      $$ begin perform nextval('refusals'); raise exception 'fenced' using errcode = 'read_only_sql_transaction'; end $$;
    create trigger refuse before update on email_outbox for each statement execute function refuse()`);
  await leave('fenced@example.test', 0);
  const refused = async () => (await world.database.query<{ n: number }>('select last_value::int as n from refusals')).rows[0]?.n;
  await expect.poll(refused).toBeGreaterThan(2);
  expect(await subjectsTo(world, 'fenced@example.test')).toEqual([]);
  await world.database.query('drop trigger refuse on email_outbox');
  await expect.poll(() => subjectsTo(world, 'fenced@example.test')).toEqual(['Left']);
});
