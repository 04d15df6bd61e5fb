import { createHttpClient, type HttpClient, type PlantedFault, plantFault } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { assignmentsDangle, assignmentsForgotten, commentsSurvive, nobodyIsHeld } from './testing/faults.ts';
import { startTicket, startTicketWorld, type TicketWorld } from './testing/ticket-world.ts';
import { startUserEvents, type UserEvents } from './testing/user-events.ts';
import { addWorkedExample, as, dangling, deleteAtMonolith, deleteUser, keptOf, own, shownOf } from './testing/worked-example.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const none: PlantedFault = { name: 'without a fault', changes: [] };
const soon = { timeout: 60_000 };

let world: TicketWorld;
let userEvents: UserEvents;
beforeAll(async () => {
  world = await startTicketWorld();
  userEvents = await startUserEvents(world.databases.user.url);
  await world.addUsers({ id: 'admin', role: 'ADMIN' });
  await own(world, 'ticket');
  await world.fill();
  await world.ticket.stop();
});
afterAll(async () => {
  await userEvents?.close();
  await world?.stop();
});

/** With nothing left over of the test before. */
async function withFault<Result>(fault: PlantedFault, work: (client: HttpClient, name: string) => Promise<Result>): Promise<Result> {
  await world.everywhere('delete from tickets');
  const { nodeArguments, environment } = plantFault(fault);
  const running = await (fault === none ? startTicket(world) : startTicket(world, environment, nodeArguments));
  const client = createHttpClient(`http://127.0.0.1:${running.port}`);
  const name = crypto.randomUUID();
  await addWorkedExample(world, name);
  try {
    return await work(client, name);
  } finally {
    await client.close();
    await running.program.stop();
  }
}

const isGone = async (id: string) => {
  const gone = 'select "isDeleted" from people where id = $1';
  await expect.poll(async () => (await world.databases.ticket.query(gone, [id])).rows, soon).toEqual([{ isDeleted: true }]);
};

describe('the worked example, its rows compared with those of the monolith, and who is gone looked for', () => {
  test.each([
    [none.name, 'nothing differs, nothing dangles', none, { isSame: true, dangling: [] }],
    [assignmentsDangle.name, 'an assignee is gone', assignmentsDangle, { isSame: false, dangling: ['assignee'] }],
    [commentsSurvive.name, 'an author is gone', commentsSurvive, { isSame: false, dangling: ['author'] }],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    const found = await withFault(fault, async (_client, name) => {
      expect((await deleteUser(world, `${name}-c`)).status).toBe(200);
      expect((await deleteAtMonolith(world, `${name}-c`)).status).toBe(200);
      await isGone(`${name}-c`);
      const [monolith, ticket] = [await keptOf(world, 'monolith', name), await keptOf(world, 'ticket', name)];
      return {
        isSame: JSON.stringify(ticket) === JSON.stringify(monolith),
        dangling: (await dangling(world)).map((what) => what.split(' ')[0]),
      };
    });
    expect(found).toEqual(expected);
  });
});

describe('a request that was let in before its sender was gone', () => {
  test.each([
    [none.name, 'it is refused', none, { status: 500, dangling: 0 }],
    [nobodyIsHeld.name, 'an owner is gone', nobodyIsHeld, { status: 201, dangling: 1 }],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    const found = await withFault(fault, async (client, name) => {
      const { requested } = await userEvents.request(`${name}-c`);
      await userEvents.delete(requested);
      await isGone(`${name}-c`);
      // The user service, which nobody has asked to delete them, lets them in.
      const { status } = await client.post('/tickets', { title: 'late', description: 'x' }, as(`${name}-c`));
      return { status, dangling: (await dangling(world)).length };
    });
    expect(found).toEqual(expected);
  });
});

describe('what is shown and kept after a deletion that was taken back (A29)', () => {
  test.each([
    [none.name, 'as before', none, true],
    [assignmentsForgotten.name, 'not as before', assignmentsForgotten, false],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    const isAsBefore = await withFault(fault, async (client, name) => {
      const state = async () => JSON.stringify([await shownOf(client, name), await keptOf(world, 'ticket', name)]);
      const before = await state();
      const { requested } = await userEvents.request(`${name}-c`);
      await userEvents.cancel(requested);
      const hidden = 'select from people where deletion is not null and not "isDeleted"';
      await expect.poll(async () => (await world.databases.ticket.query(hidden)).rowCount, soon).toBe(0);
      return (await state()) === before;
    });
    expect(isAsBefore).toBe(expected);
  });
});
