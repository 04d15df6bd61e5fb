import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { queued, signUp } from './testing/mails.ts';
import { type NotificationWorld, startNotificationWorld } from './testing/notification-world.ts';

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

let world: NotificationWorld;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'notification-crash-'));
  world = await startNotificationWorld();
});
afterAll(async () => {
  await world?.stop();
  rmSync(folder, { recursive: true });
});

test.each(crashPoints)('killed at %s: the mail arrives, and who gets it twice can tell', async (point) => {
  const file = join(folder, 'point');
  await world.restart({ nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });
  const crash = armCrash(file, point);
  const to = `${point}@example.test`;
  await world.tell(signUp(to));
  expect(await crash.died()).toMatchObject({ point, pid: world.service.program.pid });
  expect((await queued(world, to)).filter(({ sent }) => sent)).toEqual([]);
  await world.restart();
  await expect.poll(() => queued(world, to), { timeout: 60_000 }).toMatchObject([{ sent: true, attempts: 1 }]);
  const ids = (await world.mail.to(to)).map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([point === 'notification.mail.accepted' ? 2 : 1, 1]);
});
