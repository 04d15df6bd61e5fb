// A20 and A21: the history of a ticket is there at once, and outlives the ticket.
import { checkEqual } from '@banyan/proof';
import { auditKeys, checkKeys, oddFields, userKeys } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Person } from '../stage.ts';

export const history = [
  scenario('A20', 'whoever changes something reads it in the history with the next request', async (stage) => {
    const [owner, other] = (await stage.people(2)) as [Person, Person];
    const { id } = await stage.ticket(owner);
    for (const [status, by] of [
      ['DONE', other],
      ['OPEN', owner],
      ['IN_PROGRESS', other],
    ] as const) {
      await stage.setStatus(id, status, by);
      const [newest] = await stage.history(id, by);
      checkEqual([newest?.metadata['newStatus'], newest?.actorId], [status, by.id], 'the newest entry');
    }
    const entries = await stage.history(id, other);
    const [entry] = entries;
    checkKeys(entry ?? {}, auditKeys, 'entry');
    checkKeys(entry?.actor ?? {}, userKeys, 'actor');
    checkEqual(
      [entry?.entityType, entry?.entityId, oddFields({ id: entry?.id, createdAt: entry?.createdAt })],
      ['ticket', id, []],
      'about what',
    );
    checkEqual(
      entries.map(({ createdAt }) => createdAt),
      entries
        .map(({ createdAt }) => createdAt)
        .toSorted()
        .toReversed(),
      'newest first',
    );
  }),

  scenario('A21', 'nothing is known of an unknown ticket, everything of a deleted one', async (stage) => {
    const [owner, other] = (await stage.people(2)) as [Person, Person];
    checkEqual(await stage.history('unknown', other), [], 'an unknown ticket');
    const { id } = await stage.ticket(owner);
    await stage.setStatus(id, 'DONE', other);
    await stage.delete(`/tickets/${id}`, owner);
    checkEqual(
      (await stage.history(id, other)).map(({ action, actorId, metadata }) => [action, actorId, metadata]),
      [
        ['ticket.deleted', owner.id, {}],
        ['ticket.status_changed', other.id, { newStatus: 'DONE', oldStatus: 'OPEN' }],
        ['ticket.created', owner.id, {}],
      ],
      'history',
    );
  }),
];
