import { rowEventId } from '@banyan/contract';
import { createSeal, createServiceTokens } from '@banyan/identity';
import { createHttpClient } from '@banyan/proof';
import { passwordResetRequested, ticketAssigned, ticketCreated, ticketStatusChanged, userCreated } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type NotificationWorld, sealSecret, serviceSecret, startNotificationWorld } from './testing/notification-world.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await startNotificationWorld();
});
afterAll(() => world?.stop());
beforeEach(() => world.own('notification'));

const time = new Date();
const at = time.toISOString();
const fresh = (): { id: string; time: Date } => ({ id: crypto.randomUUID(), time });
const person = (email: string) => ({
  userId: email,
  email,
  firstName: 'Ada',
  lastName: null,
  role: 'AGENT' as const,
  createdAt: at,
  updatedAt: at,
});
const signUp = (email: string, named = fresh()) => ({ contract: userCreated, data: person(email), ...named });
const tell: NotificationWorld['tell'] = (...events) => world.tell(...events);
const subjectsTo = async (to: string) => (await world.mail.to(to)).map(({ subject }) => subject);
const queue = async (to: string) =>
  (
    await world.database.query<{ sent: boolean; attempts: number; body: string }>(
      'select sent, attempts, body from email_outbox where "to" = $1',
      [to],
    )
  ).rows;

test('every event that has a mail has one, which arrives once, and says what the monolith’s says', async () => {
  const ticket = { ticketId: 't', userId: 'ada', title: 'Paper\r\nBcc: x@example.test' };
  const about = { ...ticket, userEmail: 'ada@example.test', actorId: 'ben', updatedAt: at };
  const token = 'f'.repeat(64);
  const reset = {
    userId: 'ada',
    email: 'ada@example.test',
    tokenSealed: createSeal(sealSecret).seal(token, 'ada'),
    expiresAt: at,
    requestedAt: at,
  };
  await tell(
    signUp('ada@example.test'),
    { contract: passwordResetRequested, data: reset, ...fresh() },
    {
      contract: ticketCreated,
      data: { ...ticket, description: 'x', status: 'OPEN', createdAt: at, userEmail: 'ada@example.test' },
      ...fresh(),
    },
    { contract: ticketStatusChanged, data: { ...about, oldStatus: 'OPEN', newStatus: 'DONE' }, ...fresh() },
    { contract: ticketAssigned, data: { ...about, assigneeEmail: 'ben@example.test', previousAssigneeId: null }, ...fresh() },
    signUp('row@example.test', { id: rowEventId('a row'), time }),
  );
  await expect
    .poll(async () => (await subjectsTo('ada@example.test')).toSorted())
    .toEqual([
      'Password Reset Request',
      'Ticket Assignment Update: Paper Bcc: x@example.test',
      'Ticket Status Updated: Paper Bcc: x@example.test',
      'Welcome to Helpdesk',
    ]);
  const texts = (await world.mail.to('ada@example.test')).map(({ text }) => text).join();
  expect(texts).toContain(`http://localhost:8080/reset-password?token=${token}`);
  await expect.poll(() => subjectsTo('staff@example.test')).toEqual(['New Ticket: Paper Bcc: x@example.test']);
  expect(await queue('row@example.test')).toEqual([]);
  await expect.poll(async () => (await queue('ada@example.test')).map(({ sent, body }) => [sent, body])).toEqual(Array(4).fill([true, '']));
});

test('a mail that is refused is tried again when it is due, and no sooner', async () => {
  await world.mail.plant({ kind: 'refuse', to: 'late@example.test', times: 1 });
  await tell(signUp('late@example.test'));
  const retries = async () =>
    (await world.database.query(`select due_at > now() + interval '3 s' as later, gave_up_at from mail_retries`)).rows;
  await expect.poll(retries).toEqual([{ later: true, gave_up_at: null }]);
  expect(await queue('late@example.test')).toMatchObject([{ sent: false, attempts: 1 }]);
  await world.database.query('update mail_retries set due_at = now()');
  await expect.poll(() => queue('late@example.test')).toMatchObject([{ sent: true, attempts: 2 }]);
  expect(await subjectsTo('late@example.test')).toEqual(['Welcome to Helpdesk']);
});

test('what was tried often enough is left to an operator', async () => {
  await world.mail.plant({ kind: 'refuse', to: 'dead@example.test' });
  const { id } = fresh();
  await world.database.query(
    `insert into email_outbox (id, "to", subject, body, attempts, "updatedAt") values ($1, 'dead@example.test', 'x', 'y', 8, now())`,
    [id],
  );
  const gaveUp = async () =>
    (await world.database.query('select from mail_retries where mail_id = $1 and gave_up_at is not null', [id])).rowCount;
  await expect.poll(gaveUp).toBe(1);
  await world.mail.mend('dead@example.test');
});

test('a server that takes a mail and loses the connection gets it again under the same id', async () => {
  await world.mail.plant({ kind: 'break', to: 'broken@example.test', times: 1, keeps: true });
  await tell(signUp('broken@example.test'));
  await expect.poll(() => queue('broken@example.test')).toMatchObject([{ sent: false, attempts: 1 }]);
  await world.database.query('update mail_retries set due_at = now()');
  await expect.poll(() => queue('broken@example.test')).toMatchObject([{ sent: true }]);
  const ids = (await world.mail.to('broken@example.test')).map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('with a slow server and two senders each mail is sent once', async () => {
  await world.startAnother();
  await world.mail.plant({ kind: 'delay', to: 'slow@example.test', delayMs: 300 });
  await tell(...Array.from({ length: 8 }, () => signUp('slow@example.test')));
  await expect.poll(async () => (await queue('slow@example.test')).filter(({ sent }) => sent).length, { timeout: 10_000 }).toBe(8);
  await world.mail.mend('slow@example.test');
  expect(await subjectsTo('slow@example.test')).toHaveLength(8);
});

test('as long as the queue is the monolith’s nothing is queued or sent, and what is handed over later goes out once', async () => {
  await world.own('monolith');
  const { id } = fresh();
  await tell(signUp('theirs@example.test', { id, time }));
  const isHandled = async () => (await world.database.query('select from banyan.inbox where event_id = $1', [id])).rowCount;
  await expect.poll(isHandled).toBe(1);
  expect(await queue('theirs@example.test')).toEqual([]);
  await world.own('notification');
  const inside = createHttpClient(world.service.internalUrl);
  const headers = {
    authorization: `Bearer ${await createServiceTokens({ service: 'bridge', secret: serviceSecret }).issue('notification')}`,
  };
  try {
    const mail = { dedupeKey: id, time: at, to: 'theirs@example.test', subject: 'Handed over', body: 'x' };
    for (const status of [202, 202]) expect((await inside.post('/internal/notifications/email', mail, { headers })).status).toBe(status);
    expect((await inside.post('/internal/notifications/email', {}, { headers })).status).toBe(400);
    await expect.poll(() => subjectsTo('theirs@example.test')).toEqual(['Handed over']);
    const known = async () => (await inside.get(`/internal/notifications/${id}`, { headers })).json();
    await expect.poll(known).toMatchObject({ id, status: 'sent', attempts: 1 });
    expect((await inside.get('/internal/notifications/nothing', { headers })).status).toBe(404);
  } finally {
    await inside.close();
  }
});
