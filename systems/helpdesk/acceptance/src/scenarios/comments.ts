// A18 and A19: everybody may say something about any ticket, and hear what others say.
import { checkEqual } from '@banyan/proof';
import { checkFailed, checkKeys, checkRefused, commentKeys, oddFields, type Comment, userKeys } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Person, type Stage } from '../stage.ts';

export const comments = [
  scenario('A18', 'a stranger comments and reads, internal notes too; the ticket does not change', async (stage) => {
    const [owner, stranger] = (await stage.people(2)) as [Person, Person];
    const ticket = await stage.ticket(owner);
    const first = await stage.comment(ticket.id, 'I have the same.', stranger);
    checkKeys(first, commentKeys, 'comment');
    checkKeys(first.author, [...userKeys, 'role'], 'author');
    checkEqual(oddFields({ id: first.id, createdAt: first.createdAt }), [], 'id and time');
    checkEqual([first.ticketId, first.authorId, first.author.role], [ticket.id, stranger.id, 'AGENT'], 'whose');
    const note = await stage.comment(ticket.id, '', owner, true);
    for (const reader of [owner, stranger])
      checkEqual(await stage.ok(`/tickets/${ticket.id}/comments`, reader), [first, note], 'oldest first');
    checkEqual([note.body, note.isInternal], ['', true], 'an empty internal note');
    checkEqual((await stage.view(ticket.id, owner)).updatedAt, ticket.updatedAt, 'the ticket is untouched');
    checkEqual(
      (await stage.history(ticket.id, owner)).map(({ action }) => action),
      ['ticket.created'],
      'comments are not noted',
    );
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk']);
  }),

  scenario('A19', 'a comment needs a ticket and a text; whether it is internal is read generously', async (stage) => {
    const owner = await stage.person();
    const { id } = await stage.ticket(owner);
    checkRefused(await send(stage, 'unknown', { body: 'x' }, owner), 404, 'Ticket not found', 'an unknown ticket');
    checkRefused(await stage.get('/tickets/unknown/comments', owner), 404, 'Ticket not found', 'comments of an unknown ticket');
    const isMended = stage.target.flags.has('fix.validation');
    const bad = [
      {},
      undefined,
      { body: null },
      { body: 7 },
      { body: 'x', isInternal: 0 },
      { body: 'x', isInternal: null },
      { body: 'x', isInternal: '' },
    ];
    for (const body of bad) {
      const answer = await send(stage, id, body, owner);
      if (isMended) checkEqual(answer.status, 400, JSON.stringify(body));
      else checkFailed(answer, JSON.stringify(body) ?? 'no body');
    }
    for (const isInternal of isMended ? [true] : [true, 1, 'yes', 'false']) {
      const answer = await send(stage, id, { body: 'x', isInternal }, owner);
      checkEqual([answer.status, (answer.json() as Comment).isInternal], [201, true], `internal: ${isInternal}`);
    }
    checkEqual((await stage.ok<Comment[]>(`/tickets/${id}/comments`, owner)).length, isMended ? 1 : 4, 'what failed is not kept');
  }),
];

function send(stage: Stage, ticketId: string, json: unknown, by: Person) {
  return stage.client.request('POST', `/tickets/${ticketId}/comments`, { json, token: by.token });
}
