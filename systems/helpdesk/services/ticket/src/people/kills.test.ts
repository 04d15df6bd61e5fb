import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash, createHttpClient } from '@banyan/proof';
import type { RunningServiceProgram } from '@banyan/proof/server-program';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { crashPoints } from '../crash-points.ts';
import { startTicket, startTicketWorld, type TicketWorld } from '../testing/ticket-world.ts';
import { startUserEvents, type UserEvents } from '../testing/user-events.ts';
import { addWorkedExample, dangling, deleteAtMonolith, deleteUser, keptOf, own, shownOf } from '../testing/worked-example.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
const soon = { timeout: 60_000 };

let world: TicketWorld;
let userEvents: UserEvents;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticket-deletion-'));
  world = await startTicketWorld({ CLEANUP_WITHIN_MS: '120000' });
  userEvents = await startUserEvents(world.databases.user.url);
  await world.addUsers({ id: 'admin', role: 'ADMIN' });
  await own(world, 'ticket');
  await world.fill();
  await world.ticket.stop();
});
afterAll(async () => {
  await userEvents?.close();
  await world?.stop();
  rmSync(folder, { recursive: true });
});

/** Does the work while a program is there that dies at the point, and hands on the one that comes after it. */
async function dyingAt(point: string, work: () => Promise<unknown>, after: (next: RunningServiceProgram) => Promise<void>): Promise<void> {
  const file = join(folder, 'point');
  const dying = await startTicket(world, { BANYAN_CRASH_FILE: file }, ['--import', preload]);
  const crash = armCrash(file, point);
  const started = [dying];
  try {
    const working = work();
    expect(await crash.died()).toMatchObject({ point, pid: dying.program.pid });
    const next = await startTicket(world);
    started.push(next);
    await working;
    await after(next);
  } finally {
    await Promise.all(started.map(({ program }) => program.stop()));
  }
}

const ofDeleting = crashPoints.filter((point) => point !== 'ticket.deletion.shown');

test.each([...ofDeleting, 'bus.after-handle', 'outbox.committed'])(
  'killed at %s: what is theirs is gone as in the monolith',
  async (point) => {
    const name = point.replaceAll('.', '-');
    await addWorkedExample(world, name);
    const deleting = async () => expect((await deleteUser(world, `${name}-c`)).status).toBe(200);
    await dyingAt(point, deleting, async () => {
      expect((await deleteAtMonolith(world, `${name}-c`)).status).toBe(200);
      const asInTheMonolith = await keptOf(world, 'monolith', name);
      await expect.poll(() => keptOf(world, 'ticket', name), soon).toEqual(asInTheMonolith);
      expect(await dangling(world)).toEqual([]);
    });
  },
);

test('killed at ticket.deletion.shown: what is theirs is there again', async () => {
  await addWorkedExample(world, 'shown');
  const kept = await keptOf(world, 'ticket', 'shown');
  const cancelling = async () => {
    const { requested } = await userEvents.request('shown-c');
    await userEvents.cancel(requested);
  };
  await dyingAt('ticket.deletion.shown', cancelling, async ({ port }) => {
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    const statuses = async () => (await shownOf(client, 'shown')).map((answer) => (answer as [number])[0]);
    await expect.poll(statuses, soon).toEqual([200, 200, 200, 200]);
    await client.close();
    expect(await keptOf(world, 'ticket', 'shown')).toEqual(kept);
  });
});
