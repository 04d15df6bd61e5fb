import { userAuthenticated, userCreated } from '@node-learn/contracts';
import { expect, test, vi } from 'vitest';
import { useLeaderboardWorld } from '../testing/leaderboard-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const world = useLeaderboardWorld();
const person = { email: 'a@example.test', picture: null, isAdmin: false };

/** As the controller asks, when an extraction needs the copies. */
async function ask(what: 'fill' | 'check'): Promise<unknown[]> {
  await world.database.query(`update banyan.projections set ${what}_asked_at = now()`);
  const open = 'select from banyan.projections where fill_asked_at is not null or check_asked_at is not null';
  await expect.poll(async () => (await world.database.query(open)).rows.length, { timeout: 30_000 }).toBe(0);
  const columns = 'name, keys::integer, checked::integer, differing::integer';
  return (await world.database.query(`select ${columns} from banyan.projections order by name`)).rows.map((row) => Object.values(row));
}

test('users with their names, and modes, are filled from their owners, kept by events, and equal to them', async () => {
  const { users, sequences, modes } = world.neighbours;
  users.set(1, 'Guest User').set(2, 'Ada');
  sequences.set(2, '1');
  for (const mode of [1, 2, 3]) modes.add(mode);
  await world.start();
  expect(await ask('fill')).toEqual([['mode-refs', 3, null, null], ['user-refs', 2, null, null]]); // prettier-ignore
  const names = async () =>
    (await world.database.query('select id, name from user_refs order by id')).rows.map((row) => Object.values(row));
  expect(await names()).toEqual([[1, 'Guest User'], [2, 'Ada']]); // prettier-ignore
  const about = { ...person, provider: 'google', firstLogin: false, authenticatedAt: '2026-01-01T00:00:00.000Z' } as const;
  await world.others.publish(userAuthenticated, { ...about, userId: '2', name: 'left out: the snapshot has it' });
  await world.others.publish(userAuthenticated, { ...about, userId: '2', name: 'Ada New' });
  await world.others.publish(userCreated, { ...person, userId: '3', name: 'Bo', createdAt: '2026-01-01T00:00:00.000Z' });
  await world.settled();
  expect(await names()).toEqual([[1, 'Guest User'], [2, 'Ada New'], [3, 'Bo']]); // prettier-ignore
  users.set(2, 'Ada New').set(3, 'Bo');
  sequences.set(2, '2').set(3, '1');
  expect(await ask('check')).toEqual([['mode-refs', 3, 3, 0], ['user-refs', 2, 3, 0]]); // prettier-ignore
});

test('a name that nobody has told is found when the copy is compared', async () => {
  world.neighbours.users.set(2, 'Ada');
  await world.start();
  await ask('fill');
  world.neighbours.users.set(2, 'Ada Renamed');
  expect((await ask('check')).at(-1)).toEqual(['user-refs', 1, 1, 1]);
  const { rows } = await world.database.query(`select samples from banyan.projections where name = 'user-refs'`);
  expect(rows).toEqual([{ samples: [{ key: '2', what: 'at event 0 these fields differ: name' }] }]);
});

test('modes come and go without events: the copy is as new as its last comparison', async () => {
  world.neighbours.modes.add(1).add(2);
  await world.start();
  await ask('fill');
  world.neighbours.modes.add(3).delete(1);
  expect((await ask('check'))[0]).toEqual(['mode-refs', 2, 2, 0]);
  expect((await world.database.query('select id from mode_refs order by id')).rows).toEqual([{ id: 2 }, { id: 3 }]);
});
