import { rowEventId } from '@banyan/contract';
import { createSeal, createServiceTokens } from '@banyan/identity';
import { createHttpClient } from '@banyan/proof';
import { passwordResetRequested, ticketAssigned, ticketCreated, ticketStatusChanged } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fresh, queued, signUp, subjectsTo } from './testing/mails.ts';
import { type NotificationWorld, sealSecret, serviceSecret, startNotificationWorld } from './testing/notification-world.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await startNotificationWorld();
});
afterAll(() => world?.stop());
beforeEach(() => world.own('notification'));

const time = new Date();
const at = time.toISOString();

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
  await world.tell(
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
    .poll(async () => (await subjectsTo(world, 'ada@example.test')).toSorted())
    .toEqual([
      'Password Reset Request',
      'Ticket Assignment Update: Paper Bcc: x@example.test',
      'Ticket Status Updated: Paper Bcc: x@example.test',
      'Welcome to Helpdesk',
    ]);
  const texts = (await world.mail.to('ada@example.test')).map(({ text }) => text).join();
  expect(texts).toContain(`http://localhost:8080/reset-password?token=${token}`);
  await expect.poll(() => subjectsTo(world, 'staff@example.test')).toEqual(['New Ticket: Paper Bcc: x@example.test']);
  expect(await queued(world, 'row@example.test')).toEqual([]);
  await expect
    .poll(async () => (await queued(world, 'ada@example.test')).map(({ sent, body }) => [sent, body]))
    .toEqual(Array.from({ length: 4 }, () => [true, '']));
});

test('as long as the queue is the monolith’s nothing is queued or sent, and what is handed over later goes out once', async () => {
  await world.own('monolith');
  const { id } = fresh();
  await world.tell(signUp('theirs@example.test', { id, time }));
  const isHandled = async () => (await world.database.query('select from banyan.inbox where event_id = $1', [id])).rowCount;
  await expect.poll(isHandled).toBe(1);
  expect(await queued(world, 'theirs@example.test')).toEqual([]);
  await world.own('notification');
  const inside = createHttpClient(world.service.internalUrl);
  const headers = {
    authorization: `Bearer ${await createServiceTokens({ service: 'bridge', secret: serviceSecret }).issue('notification')}`,
  };
  try {
    const mail = { dedupeKey: id, time: at, to: 'theirs@example.test', subject: 'Handed over', body: 'x' };
    for (const status of [202, 202]) expect((await inside.post('/internal/notifications/email', mail, { headers })).status).toBe(status);
    expect((await inside.post('/internal/notifications/email', {}, { headers })).status).toBe(400);
    await expect.poll(() => subjectsTo(world, 'theirs@example.test')).toEqual(['Handed over']);
    const known = async () => (await inside.get(`/internal/notifications/${id}`, { headers })).json();
    await expect.poll(known).toMatchObject({ id, status: 'sent', attempts: 1 });
    expect((await inside.get('/internal/notifications/nothing', { headers })).status).toBe(404);
  } finally {
    await inside.close();
  }
});
