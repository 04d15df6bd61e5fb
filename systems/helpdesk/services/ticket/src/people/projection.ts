/** The copy of users: filled from their owner, then kept by its events. */
import type { Transactions } from '@banyan/outbox';
import { defineProjection, projected, type Projection } from '@banyan/service';
import { userRef } from '@helpdesk/contracts';
import { userCreated, userDeleted, userUpdated } from '@helpdesk/contracts/events';
import type { PoolClient } from 'pg';
import { forgetPerson, markDeleted, putPeople } from './rows.ts';
import type { Person, UserService } from './user-service.ts';

export function projectPeople(transactions: Transactions<PoolClient>, users: UserService): Projection<PoolClient> {
  return defineProjection(transactions, {
    name: 'people',
    source: '/helpdesk/user',
    readPage: (after) => users.readPage(after),
    data: userRef,
    rows: `select id as key, json_build_object('id', id, 'email', email, 'firstName', "firstName", 'lastName', "lastName", 'role', role) as data
      from people where not "isDeleted"`,
    put: (client, entries) =>
      putPeople(
        client,
        entries.map(({ data }) => data),
      ),
    remove: forgetPerson,
    events: [
      projected(userCreated, (client: PoolClient, { data }) => putPeople(client, [toPerson(data)])),
      projected(userUpdated, (client: PoolClient, { data }) => putPeople(client, [toPerson(data)])),
      projected(userDeleted, (client: PoolClient, { data }) => markDeleted(client, data.userId)),
    ],
  });
}

function toPerson({ userId: id, email, firstName, lastName, role }: Omit<Person, 'id'> & { readonly userId: string }): Person {
  return { id, email, firstName, lastName, role };
}
