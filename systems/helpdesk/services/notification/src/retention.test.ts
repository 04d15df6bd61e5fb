import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClockControl, createClockControl } from '@banyan/proof';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NotificationWorld, startNotificationWorld } from './testing/notification-world.ts';

let world: NotificationWorld;
let clock: ClockControl;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'notification-clock-'));
  const file = join(folder, 'clock');
  clock = createClockControl(file);
  world = await startNotificationWorld({
    nodeArguments: ['--import', import.meta.resolve('@banyan/proof/clock-preload')],
    environment: { BANYAN_CLOCK_FILE: file },
  });
});
afterAll(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true });
});

const kept = async () =>
  (await world.database.query<{ id: string; body: string }>('select id, body from email_outbox order by id')).rows.map(
    ({ id, body }) => `${id} ${body}`,
  );

test('at night the text of what was sent goes, and what was sent long ago, as long as the queue is the service’s', async () => {
  await world.own('monolith');
  await world.database.query(`insert into email_outbox (id, "to", subject, body, sent, "sentAt", attempts, "createdAt", "updatedAt")
    select id, 'x@example.test', 'x', 'token', sent, case when sent then at end, case when sent then 0 else 5 end, at, at
    from (values ('dead', false, now() - interval '90 days'), ('new', true, now() - interval '20 days'), ('old', true, now() - interval '40 days'))
      as m (id, sent, at)`);
  await world.database.query(`create sequence looks;
    create function look() returns trigger language plpgsql as $$ begin perform nextval('looks'); return null; end $$;
    create trigger look after delete on email_outbox for each statement execute function look()`);
  await clock.jumpToMidnight({ beforeMs: 300 });
  const looked = async () => (await world.database.query('select from looks where is_called')).rowCount;
  await expect.poll(looked, { timeout: 20_000 }).toBe(1);
  expect(await kept()).toEqual(['dead token', 'new token', 'old token']);
  await world.own('notification');
  await clock.jumpToMidnight({ beforeMs: 300 });
  await expect.poll(kept, { timeout: 20_000 }).toEqual(['dead token', 'new ']);
});
