import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServiceTokens } from '@banyan/identity';
import { armCrash, createHttpClient } from '@banyan/proof';
import { ticketStatusChanged, userDeleted } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { type AuditWorld, historyOf, makeTicket, serviceSecret, setStatus, startAuditWorld } from './testing/audit-world.ts';

const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

let world: AuditWorld;
let folder: string;
beforeAll(async () => {
  world = await startAuditWorld();
  folder = mkdtempSync(join(tmpdir(), 'audit-crash-'));
  await world.addUsers({ id: 'ada' });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world?.stop();
});

type Service = Awaited<ReturnType<AuditWorld['start']>>;
let ticketId: string;
beforeEach(async () => {
  const service = await world.start();
  await world.own('audit');
  ticketId = await makeTicket(world.ticket.client, 'ada');
  await historyOf(service.client, ticketId, 'ada');
  await service.stop();
});

const at = new Date();
const { audit, ticket } = { audit: () => world.databases.audit, ticket: () => world.databases.ticket };
const entries = async () =>
  (await audit().query(`select "actorId" as actor, action from audit_events where "entityId" = $1`, [ticketId])).rows;
const created = { actor: 'ada', action: 'ticket.created' };
const changed = { actor: 'ben', action: 'ticket.status_changed' };

function tellChange(id: string) {
  const change = { ticketId, userId: 'ada', userEmail: null, title: 'x', oldStatus: 'OPEN' as const, newStatus: 'DONE' as const };
  const data = { ...change, actorId: 'ben', updatedAt: at.toISOString() };
  // Under a source of its own: the ticket service knows nothing of it.
  return world.tell('/helpdesk/elsewhere', { contract: ticketStatusChanged, data, id, time: at });
}

async function handOver(service: Service, dedupeKey: string): Promise<number> {
  const authorization = `Bearer ${await createServiceTokens({ service: 'bridge', secret: serviceSecret }).issue('audit')}`;
  const client = createHttpClient(service.internalUrl);
  const entry = { actorId: 'ben', action: changed.action, entityType: 'ticket', entityId: ticketId };
  const body = { ...entry, dedupeKey, time: at.toISOString() };
  try {
    return (await client.post('/internal/audit/log', body, { headers: { authorization } })).status;
  } finally {
    await client.close();
  }
}

async function setStatusUnsent(): Promise<void> {
  await ticket().query('alter function banyan.relay_events rename to relay_events_held');
  expect((await setStatus(world.ticket.client, ticketId, 'DONE', 'ada')).status).toBe(200);
}

interface Cut {
  /** What is under way when the program dies. */
  readonly begin: (service: Service, id: string) => Promise<unknown>;
  readonly isCut: boolean;
  /** What is done once another runs. */
  readonly goOn: (service: Service, id: string) => Promise<unknown>;
  readonly expected: readonly object[];
}

const cuts: Readonly<Record<(typeof crashPoints)[number], Cut>> = {
  'audit.note.before-commit': {
    begin: (_service, id) => tellChange(id),
    isCut: false,
    goOn: () => Promise.resolve(),
    expected: [created, changed],
  },
  'audit.caught-up': {
    begin: async ({ client }) => {
      await setStatusUnsent();
      await historyOf(client, ticketId, 'ada');
    },
    isCut: true,
    goOn: async () => {
      await ticket().query('alter function banyan.relay_events_held rename to relay_events');
      await expect.poll(async () => (await ticket().query('select from banyan.outbox')).rowCount, { timeout: 30_000 }).toBe(0);
    },
    expected: [created, { ...changed, actor: 'ada' }],
  },
  'audit.hand-over.before-commit': {
    begin: handOver,
    isCut: true,
    goOn: async (service, id) => {
      expect(await entries()).toEqual([created]);
      expect(await handOver(service, id)).toBe(202);
    },
    expected: [created, changed],
  },
  'audit.actor-gone.before-commit': {
    begin: async (_service, id) => {
      const data = { userId: 'ada', email: null, role: null, actorId: null, deletedAt: at.toISOString() };
      await world.tell('/helpdesk/elsewhere', { contract: userDeleted, data, id, time: at });
    },
    isCut: false,
    goOn: () => Promise.resolve(),
    expected: [{ ...created, actor: null }],
  },
};

test.each(crashPoints)('killed at %s: everything is noted, and once', async (point) => {
  const { begin, isCut, goOn, expected } = cuts[point];
  const file = join(folder, 'point');
  const id = crypto.randomUUID();
  const first = await world.start({ nodeArguments: ['--import', preload], environment: { BANYAN_CRASH_FILE: file } });
  onTestFinished(() => first.stop());
  const crash = armCrash(file, point);
  const begun = begin(first, id).then(
    () => false,
    () => true,
  );
  expect(await crash.died()).toMatchObject({ point, pid: first.program.pid });
  expect(await begun).toBe(isCut);
  const again = await world.start();
  try {
    await goOn(again, id);
    await expect.poll(entries, { timeout: 30_000 }).toEqual(expect.arrayContaining([...expected]));
    expect(await entries()).toHaveLength(expected.length);
  } finally {
    await again.stop();
  }
});
