// Whose a ticket is decides what may be done with it: every route of a ticket, for who made it, who has it to do, anybody else, and administrators.
import { checkEqual } from '@banyan/proof';
import { scenario } from '../define.ts';
import type { Person, Stage } from '../stage.ts';

type Who = 'owner' | 'assignee' | 'stranger' | 'administrator';
type Allowed = Readonly<Record<Who, number>>;

const everybody = (status: number): Allowed => ({ owner: status, assignee: status, stranger: status, administrator: status });

/** What each is answered. The last ends the ticket. */
const rules: readonly (readonly [method: string, path: string, body: object | undefined, allowed: Allowed])[] = [
  ['GET', '', undefined, { ...everybody(200), stranger: 403 }],
  ['GET', '/comments', undefined, everybody(200)],
  ['GET', '/audit', undefined, everybody(200)],
  ['POST', '/comments', { body: 'x' }, everybody(201)],
  ['PATCH', '', { status: 'IN_PROGRESS' }, everybody(200)],
  ['PATCH', '/assign', {}, { ...everybody(403), administrator: 200 }],
  ['DELETE', '', undefined, { owner: 200, assignee: 403, stranger: 403, administrator: 200 }],
];

export const ownership = scenario('S5', 'what may be done with a ticket depends on whose it is, and on nothing else', async (stage) => {
  const [owner, assignee, stranger] = (await stage.people(3)) as [Person, Person, Person];
  const people = { owner, assignee, stranger, administrator: await stage.administrator() };
  for (const who of ['stranger', 'assignee', 'owner', 'administrator'] as const)
    for (const [method, path, body, allowed] of rules) {
      const id = await ticketOf(stage, people);
      const answer = await stage.client.request(method, `/tickets/${id}${path}`, {
        token: people[who].token,
        ...(body === undefined ? {} : { json: body }),
      });
      checkEqual(answer.status, allowed[who], `${method} /tickets/:id${path} by the ${who}: ${answer.text.slice(0, 200)}`);
    }
});

async function ticketOf(stage: Stage, { owner, assignee, administrator }: Readonly<Record<Who, Person>>): Promise<string> {
  const { id } = await stage.ticket(owner);
  const assigned = await stage.patch(`/tickets/${id}/assign`, { assignedToUserId: assignee.id }, administrator);
  checkEqual(assigned.status, 200, `assignment: ${assigned.text}`);
  return id;
}
