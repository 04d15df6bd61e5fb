import { defineMigration, extraction, planMigration, reads } from '@banyan/migration';
import type { ExtractionData } from '@banyan/migration/extraction-data';
import { expect, it } from 'vitest';
import { Reaching } from './reaching.ts';

const get = (path: string, ...tables: string[]) => ({ method: 'GET', path, effect: reads(...tables) }) as const;
const service = { role: 'service' } as const;
const plan = planMigration(
  defineMigration({
    system: 'shop',
    extractions: [
      extraction('books', {
        service: 'books',
        routes: [get('/books', 'public.books')],
        tables: [{ source: 'public.books', target: 'public.books' }],
      }),
      extraction('users', {
        service: 'users',
        routes: [get('/users', 'public.users')],
        tables: [{ source: 'public.users', target: 'public.users' }],
      }),
      extraction('shelf', {
        service: 'shelf',
        routes: [get('/shelf', 'public.places', 'public.books')],
        tables: [{ source: 'public.places', target: 'public.places' }],
      }),
      extraction('loans', {
        service: 'loans',
        routes: [get('/loans', 'public.loans')],
        tables: [{ source: 'public.loans', target: 'public.loans' }],
        followedUpBy: ['loans', 'clerk'],
      }),
    ],
  }),
  { programs: { monolith: { role: 'monolith' }, books: service, users: service, shelf: service, loans: service, clerk: service } },
);

/** What is done for one call, in its order; marks of streams are noted when they are asked for, and end at once. */
function reachingOf(follows: Readonly<Record<string, string>>) {
  const done: string[] = [];
  const data = Object.entries(follows).map(([name, direction]) => {
    const mark = async () => void done.push(`mark of ${name}`);
    return [name, { status: () => ({ follows: direction }), mark } as unknown as ExtractionData] as const;
  });
  const copies = {
    ownersOf: async (service: string) => (service === 'shelf' ? ['users'] : []),
    reached: async (service: string, owners: readonly string[]) => void done.push(`copies of ${service} from ${owners.join()}`),
  };
  return { reaching: new Reaching({ plan, data: new Map(data), copies }), done };
}

it('while the service answers reads it waits for all that they read: what flows back, then what flows here, and then its copies', async () => {
  const { reaching, done } = reachingOf({ books: 'reverse', users: 'forward', shelf: 'forward' });
  await reaching.reached('shelf');
  expect(done[0]).toBe('mark of books');
  expect(done.slice(1, 3).toSorted()).toEqual(['mark of shelf', 'mark of users']);
  expect(done.slice(3)).toEqual(['copies of shelf from users']);
});

it('what does not flow is not waited for, and when the service owns the rows only they are', async () => {
  const alone = reachingOf({ books: 'none', shelf: 'forward' });
  await alone.reaching.reached('shelf');
  expect(alone.done).toEqual(['mark of shelf', 'copies of shelf from users']);
  const owner = reachingOf({ books: 'reverse', users: 'forward', shelf: 'reverse' });
  await owner.reaching.reached('shelf');
  expect(owner.done).toEqual(['mark of shelf']);
  const idle = reachingOf({ shelf: 'none' });
  await idle.reaching.reached('shelf');
  expect(idle.done).toEqual([]);
});

it('when the service owns the rows, those who follow up have done their part before its rows are waited for; as long as it only reads they have none', async () => {
  const owner = reachingOf({ loans: 'reverse' });
  await owner.reaching.reached('loans');
  const tellers = 'books,users,shelf,loans';
  expect(owner.done).toEqual([`copies of loans from ${tellers}`, `copies of clerk from ${tellers}`, 'mark of loans']);
  const alone = reachingOf({ loans: 'none' });
  await alone.reaching.reached('loans');
  expect(alone.done).toEqual([`copies of loans from ${tellers}`, `copies of clerk from ${tellers}`]);
  const reader = reachingOf({ loans: 'forward' });
  await reader.reaching.reached('loans');
  expect(reader.done).toEqual(['mark of loans', 'copies of loans from ']);
});
