/** Three people with a part in each other's tickets, of whom `c` is deleted: there is some of everything that goes with somebody, and some of what stays. */
import { checkThat, createHttpClient, eventually, type HttpAnswer, type HttpClient, signToken } from '@banyan/proof';
import { jwtSecret, type TicketWorld } from './ticket-world.ts';

export const as = (sub: string) => ({ token: signToken({ sub }, jwtSecret) });

/** In the databases of the monolith and of the services, and in the copy of users: `<name>-b` owns `<name>-2`, which is `<name>-c`'s to do, and who owns `<name>-1`. */
export async function addWorkedExample(world: TicketWorld, name: string): Promise<void> {
  const ids = ['b', 'c', 'd'].map((one) => `${name}-${one}`);
  await world.addUsers(...ids.map((id) => ({ id })));
  const people = `insert into people (id, email, role) select id, id || '@example.test', 'AGENT' from unnest($1::text[]) id`;
  await world.databases.ticket.query(people, [ids]);
  await world.everywhere(
    `insert into tickets (id, "userId", title, description, status, "assignedToUserId", "createdAt", "updatedAt") values
      ($1 || '-1', $1 || '-c', 'Of C', 'x', 'OPEN', $1 || '-b', '2026-01-01', '2026-01-01 01:02:03.004'),
      ($1 || '-2', $1 || '-b', 'Of B', 'y', 'IN_PROGRESS', $1 || '-c', '2026-01-02', '2026-01-02 01:02:03.004')`,
    [name],
  );
  await world.everywhere(
    `insert into ticket_comments (id, "ticketId", "authorId", body, "createdAt")
     select $1 || '-' || "on" || by, $1 || '-' || "on", $1 || '-' || by, 'said by ' || by, '2026-01-03'::timestamp + place * interval '1 second'
     from (values ('1', 'b', 1), ('1', 'd', 2), ('2', 'c', 3), ('2', 'd', 4)) said ("on", by, place)`,
    [name],
  );
}

/** What clients see of it: each ticket and its comments, as the administrator gets them once the machine has time for all of them. */
export async function shownOf(client: HttpClient, name: string): Promise<unknown[]> {
  const paths = [`/tickets/${name}-1`, `/tickets/${name}-1/comments`, `/tickets/${name}-2`, `/tickets/${name}-2/comments`];
  return eventually(
    async () => {
      const answers = await Promise.all(paths.map((path) => client.get(path, as('admin'))));
      checkThat(!answers.some(({ status }) => status === 500), 'nobody is late', answers.map(({ status }) => status).join());
      return answers.map((answer) => [answer.status, answer.json()]);
    },
    { timeoutMs: 60_000 },
  );
}

/** Every row of it as it is kept. */
export async function keptOf(world: TicketWorld, where: 'monolith' | 'ticket', name: string): Promise<unknown[]> {
  const rowsOf = async (table: string) =>
    (await world.databases[where].query(`select t::text as row from ${table} t where id like $1 || '-%' order by id`, [name])).rows;
  return [
    await rowsOf('(select id, "userId", title, description, status, "assignedToUserId", "createdAt", "updatedAt" from tickets)'),
    await rowsOf('ticket_comments'),
  ];
}

/** By the user service. */
export async function deleteUser(world: TicketWorld, id: string): Promise<HttpAnswer> {
  return removeAt(world.userPort, id);
}

/** By the monolith, in its own database. */
export async function deleteAtMonolith(world: TicketWorld, id: string): Promise<HttpAnswer> {
  return removeAt(world.monolithPort, id);
}

async function removeAt(port: number, id: string): Promise<HttpAnswer> {
  const client = createHttpClient(`http://127.0.0.1:${port}`);
  try {
    return await client.request('DELETE', `/admin/users/${id}`, as('admin'));
  } finally {
    await client.close();
  }
}

/** Rows that are about somebody who is gone, as a foreign key would find them. */
export async function dangling(world: TicketWorld): Promise<string[]> {
  const { rows } = await world.databases.ticket.query<{ what: string }>(`
    with about (what, person) as (
      select 'owner of ' || id, "userId" from tickets
      union all select 'assignee of ' || id, "assignedToUserId" from tickets
      union all select 'author of ' || id, "authorId" from ticket_comments)
    select what from about join people on people.id = person where "isDeleted" order by what`);
  return rows.map(({ what }) => what);
}

/** As the controller tells it at a cutover. */
export async function own(world: TicketWorld, owner: string): Promise<void> {
  await world.databases.ticket.query(
    `insert into banyan.owners (extraction, owner) values ('ticket', $1) on conflict (extraction) do update set owner = excluded.owner`,
    [owner],
  );
}
