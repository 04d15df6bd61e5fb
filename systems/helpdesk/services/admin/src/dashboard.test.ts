/** The numbers with their cache, and what is told while a neighbour is away. */
import { findProblems } from '@banyan/contract';
import { createHttpClient, plantFault } from '@banyan/proof';
import type { RunningServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase } from '@banyan/proof/test-database';
import { dashboardEndpoints, restEndpoints } from '@helpdesk/contracts';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AdminWorld, nowhere, startAdminWorld, tokenOf } from './testing/admin-world.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
  await world.addUsers({ id: 'root', role: 'ADMIN' }, { id: 'ada' });
});
afterAll(() => world?.stop());

const cached = { environment: { FLAGS: 'dashboard.cache' } };
const numbers = (total: number, open = total) => ({
  totalTickets: total,
  openTickets: open,
  inProgressTickets: 0,
  doneTickets: total - open,
});

interface Asking {
  readonly sub?: string;
  readonly method?: string;
  readonly json?: object;
}

async function ask(port: number, path: string, { sub = 'root', method = 'GET', json }: Asking = {}) {
  const client = createHttpClient(`http://127.0.0.1:${port}`);
  try {
    const answer = await client.request(method, path, { token: tokenOf(sub), ...(json === undefined ? {} : { json }) });
    return { status: answer.status, body: answer.json() as Record<string, unknown>, degraded: answer.headers['x-degraded'] };
  } finally {
    await client.close();
  }
}

const statistics = ({ port }: Pick<RunningServiceProgram, 'port'>) => ask(port, '/admin/dashboard/statistics');
const makeTicket = async () => {
  const { status, body } = await ask(world.ticketPort, '/tickets', { sub: 'ada', method: 'POST', json: { title: 'x', description: 'y' } });
  expect(status).toBe(201);
  return String(body['id']);
};

/** With an admin service that runs for this only: events reach one instance of the group, and none that a test does not mean. */
async function withAdmin(
  more: Parameters<AdminWorld['startAdmin']>[0],
  use: (admin: RunningServiceProgram) => Promise<void>,
): Promise<void> {
  const admin = await world.startAdmin(more);
  try {
    await use(admin);
  } finally {
    await admin.program.stop();
    await world.toTickets('delete from tickets');
    await world.databases.admin.query('update dashboard_numbers set numbers = null, asked_after = null, taken_at = null');
  }
}

test('without the cache they are counted for every request', async () => {
  await withAdmin({}, async (admin) => {
    expect((await statistics(admin)).body).toEqual(numbers(0));
    await world.toTickets(
      `insert into tickets (id, "userId", title, description, "updatedAt") values ('1', 'ada', 'x', 'y', '2026-01-01')`,
    );
    expect((await statistics(admin)).body).toEqual(numbers(1));
  });
});

describe('with the cache', () => {
  test('they are kept until they are too old', async () => {
    await withAdmin({ environment: { ...cached.environment, DASHBOARD_CACHE_TTL_MS: '1500' } }, async (admin) => {
      expect((await statistics(admin)).body).toEqual(numbers(0));
      await world.toTickets(
        `insert into tickets (id, "userId", title, description, "updatedAt") values ('1', 'ada', 'x', 'y', '2026-01-01')`,
      );
      expect((await statistics(admin)).body).toEqual(numbers(0));
      await expect.poll(async () => (await statistics(admin)).body, { timeout: 10_000 }).toEqual(numbers(1));
    });
  });

  test('every event that makes them others makes them old, whichever instance hears it', async () => {
    await withAdmin(cached, async (admin) => {
      const other = await world.startAdmin(cached);
      const follow = async (expected: object) => {
        for (const one of [admin, other])
          await expect.poll(async () => (await statistics(one)).body, { timeout: 10_000 }).toEqual(expected);
      };
      await follow(numbers(0));
      const [first] = [await makeTicket(), await makeTicket()];
      await follow(numbers(2));
      await ask(world.ticketPort, `/tickets/${first}`, { sub: 'ada', method: 'PATCH', json: { status: 'DONE' } });
      await follow(numbers(2, 1));
      await ask(world.ticketPort, `/tickets/${first}`, { sub: 'ada', method: 'DELETE' });
      await follow(numbers(1));
      await other.program.stop();
    });
  });

  test('numbers that were asked for before a change do not pass for those of afterwards', async () => {
    await withAdmin(cached, async (admin) => {
      await statistics(admin);
      // As if it were told between question and answer.
      await world.databases.admin.query('update dashboard_numbers set changes = changes + 1, numbers = $1', [JSON.stringify(numbers(7))]);
      expect((await statistics(admin)).body).toEqual(numbers(0));
    });
  });

  test('F24: when an event makes nothing old, the numbers are those of before it', async () => {
    const change = {
      module: fileURLToPath(new URL('../dist/dashboard/ticket-changes.js', import.meta.url)),
      text: 'update dashboard_numbers set changes = changes + 1',
      replacement: 'select 1',
    };
    const { nodeArguments, environment } = plantFault({ name: 'F24: events are heard and change nothing', changes: [change] });
    await withAdmin({ nodeArguments, environment: { ...cached.environment, ...environment } }, async (admin) => {
      const handled = async () => (await world.databases.admin.query('select from banyan.inbox')).rowCount;
      const before = await handled();
      expect((await statistics(admin)).body).toEqual(numbers(0));
      await makeTicket();
      await expect.poll(handled, { timeout: 30_000 }).toBeGreaterThan(before ?? 0);
      expect((await statistics(admin)).body).toEqual(numbers(0));
    });
  });
});

describe('while a neighbour is away', () => {
  test('nobody counts: the last known numbers are shown, and it is said; without any, it fails', async () => {
    const alone = { environment: { TICKET_URL: nowhere } };
    await withAdmin(alone, async (admin) => {
      expect((await statistics(admin)).status).toBe(500);
      const counting = await world.startAdmin();
      await makeTicket();
      expect(await statistics(counting)).toEqual({ status: 200, body: numbers(1), degraded: undefined });
      await counting.program.stop();
      expect(await statistics(admin)).toEqual({ status: 200, body: numbers(1), degraded: 'stats-cached' });
      expect((await ask(admin.port, '/admin/users')).status).toBe(200);
    });
  });

  test('nobody knows who somebody is: nobody is let in, and the rest is answered', async () => {
    await withAdmin({ environment: { USER_URL: nowhere } }, async (admin) => {
      for (const { path } of dashboardEndpoints) {
        expect(await ask(admin.port, path)).toMatchObject({ status: 503, body: { statusCode: 503, message: 'Service Unavailable' } });
        expect((await fetch(`http://127.0.0.1:${admin.port}${path}`)).status).toBe(401);
      }
      expect((await ask(admin.port, '/health')).status).toBe(200);
    });
  });
});

test('its answers are what the contracts promise, and its documents show', async () => {
  await withAdmin({}, async (admin) => {
    expect(await (await fetch(`${admin.internalUrl}/docs`)).text()).toContain('/admin/dashboard/statistics');
    for (const endpoint of dashboardEndpoints)
      for (const sub of ['root', 'ada', 'nobody'])
        expect(findProblems(endpoint, await ask(admin.port, endpoint.path, { sub })), `${endpoint.name} as ${sub}`).toEqual([]);
    for (const endpoint of restEndpoints.filter(({ name }) => ['rest.health', 'rest.ready', 'rest.documentation-json'].includes(name)))
      expect(findProblems(endpoint, await ask(admin.port, endpoint.path)), endpoint.name).toEqual([]);
  });
});

test('without its database it is not ready: the monolith’s way with 200 and the reason, with flag fix.ready_503 with 503 and none', async () => {
  const database = await createTestDatabase();
  const environment = { DATABASE_URL: database.url, BROKER_URL: world.databases.user.url };
  const [plain, mended] = [
    await world.startAdmin({ environment }),
    await world.startAdmin({ environment: { ...environment, FLAGS: 'fix.ready_503' } }),
  ];
  expect(await ask(mended.port, '/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  await database.close();
  const kept = await ask(plain.port, '/ready');
  expect(kept).toMatchObject({ status: 200, body: { status: 'not_ready', database: 'disconnected' } });
  expect(Object.keys(kept.body)).toEqual(['status', 'database', 'error', 'timestamp']);
  const refused = await ask(mended.port, '/ready');
  expect([refused.status, Object.keys(refused.body)]).toEqual([503, ['status', 'database', 'timestamp']]);
});
