import { createSeal, createServiceTokens } from '@banyan/identity';
import { createHttpClient, type PlantedFault, plantFault } from '@banyan/proof';
import { findLeaks } from '@banyan/proof/leaks';
import { passwordResetRequested } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { doubledByDelivery, textKept, withoutLease } from './testing/faults.ts';
import { fresh, queued, signUp } from './testing/mails.ts';
import { type NotificationWorld, sealSecret, serviceSecret, startMailer, startNotificationWorld } from './testing/notification-world.ts';

const none: PlantedFault = { name: 'without a fault', changes: [] };
const startWith = (fault: PlantedFault) => (fault === none ? {} : plantFault(fault));

let world: NotificationWorld;
beforeAll(async () => {
  world = await startNotificationWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await world.mail.mend();
  await world.database.query('truncate email_outbox, mail_retries');
});

const names = (round: string, count = 6) => Array.from({ length: count }, (_, index) => `${round}-${index}@example.test`);
const allSent = async () => (await world.database.query('select from email_outbox where not sent')).rowCount === 0;

/** Each of these people is to get one mail: who got more, and who none. */
async function countMails(people: readonly string[]): Promise<{ doubled: number; missing: number }> {
  const counts = await Promise.all(people.map(async (to) => (await world.mail.to(to)).length));
  return { doubled: counts.filter((count) => count > 1).length, missing: counts.filter((count) => count === 0).length };
}

describe('each event is told here, and handed over by the bridge as well', () => {
  test.each([
    [none.name, 'each is one mail', none, { doubled: 0, missing: 0 }],
    [doubledByDelivery.name, 'each is two', doubledByDelivery, { doubled: 6, missing: 0 }],
  ] as const)('%s: %s', async (name, _caughtBy, fault, expected) => {
    await world.restart(startWith(fault));
    const inside = createHttpClient(world.service.internalUrl);
    const tokens = createServiceTokens({ service: 'bridge', secret: serviceSecret });
    const headers = { authorization: `Bearer ${await tokens.issue('notification')}` };
    const people = names(name.slice(0, 2).toLowerCase());
    const ids: string[] = [];
    for (const to of people) {
      const { id, time } = fresh();
      ids.push(id);
      await world.tell(signUp(to, { id, time }));
      const mail = { dedupeKey: id, time: time.toISOString(), to, subject: 'Welcome to Helpdesk', body: 'x' };
      expect((await inside.post('/internal/notifications/email', mail, { headers })).status).toBe(202);
    }
    await inside.close();
    const handled = async () => (await world.database.query('select from banyan.inbox where event_id = any($1)', [ids])).rowCount;
    await expect.poll(handled, { timeout: 60_000 }).toBe(6);
    await expect.poll(allSent, { timeout: 60_000 }).toBe(true);
    expect(await countMails(people)).toEqual(expected);
  });
});

describe('a slow mail server, and more than one that sends', () => {
  const slowly = async (people: readonly string[]) => {
    for (const to of people) await world.mail.plant({ kind: 'delay', to, delayMs: 300 });
    await world.tell(...people.map((to) => signUp(to)));
    await expect.poll(async () => (await Promise.all(people.map((to) => queued(world, to)))).flat().length).toBe(people.length);
    await expect.poll(allSent, { timeout: 60_000 }).toBe(true);
  };

  test.each([
    [none.name, 'each mail comes once', none, false],
    [withoutLease.name, 'some come twice', withoutLease, true],
  ] as const)('%s: %s', async (name, _caughtBy, fault, isDoubled) => {
    await world.restart(startWith(fault));
    await world.startAnother(startWith(fault));
    const people = names(`slow-${name.slice(0, 3)}`);
    await slowly(people);
    const { doubled, missing } = await countMails(people);
    expect([doubled > 0, missing]).toEqual([isDoubled, 0]);
  });

  test('F10: the monolith’s mailer goes on beside the service, and sends what the service sends', async () => {
    await world.restart();
    const mailer = await startMailer(world.database.url, world.smtp);
    const people = names('beside');
    try {
      await slowly(people);
    } finally {
      await mailer.stop();
    }
    expect((await countMails(people)).doubled).toBeGreaterThan(0);
  });
});

describe('what the database and the log have of a link after it was sent', () => {
  const token = 'c0ffee'.repeat(10);

  test.each([
    [none.name, 'nothing', none, []],
    [textKept.name, 'the queue has the token', textKept, [expect.stringMatching(/^public\.email_outbox has the token: /)]],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    await world.restart(startWith(fault));
    const [to, { id, time }] = ['link@example.test', fresh()];
    const at = time.toISOString();
    const reset = { userId: id, email: to, tokenSealed: createSeal(sealSecret).seal(token, id), expiresAt: at, requestedAt: at };
    await world.tell({ contract: passwordResetRequested, data: reset, id, time });
    await expect.poll(() => queued(world, to)).toMatchObject([{ sent: true }]);
    expect(await leaks()).toEqual(expected);
  });

  async function leaks(): Promise<string[]> {
    const { rows: tables } = await world.database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'banyan')`,
    );
    const texts: Record<string, string> = { 'its output': world.service.program.output() };
    for (const { name } of tables)
      texts[name] = (
        await world.database.query<{ all: string }>(`select coalesce(string_agg(t::text, ' '), '') as all from ${name} t`)
      ).rows[0]!.all;
    return findLeaks(texts, { 'the token': token });
  }
});
