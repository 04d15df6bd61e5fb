/** The copies of what auth and quiz own: their snapshots, and the events that keep them. */
import type { Transactions } from '@banyan/outbox';
import { defineProjection, projected, type Projection } from '@banyan/service';
import { userAuthenticated, userCreated, userDeleted } from '@node-learn/contracts';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { type Owners, userFacts } from './owners.ts';
import { forgetMode, forgetUser, markUserDeleted, modesAsRows, putModes, putUsers, usersAsRows } from './refs.ts';

type OwnTransactions = Transactions<EntityManager>;

export function projectUsers(transactions: OwnTransactions, owners: Owners): Projection<EntityManager> {
  return defineProjection(transactions, {
    name: 'user-refs',
    source: '/node-learn/auth',
    readPage: (after) => owners.readUsers(after),
    data: userFacts,
    rows: usersAsRows,
    put: putUsers,
    remove: forgetUser,
    events: [
      projected(userCreated, (sql: EntityManager, { data }) => putUsers(sql, [{ key: data.userId, data }])),
      projected(userAuthenticated, (sql: EntityManager, { data }) => putUsers(sql, [{ key: data.userId, data }])),
      projected(userDeleted, (sql: EntityManager, { data }) => markUserDeleted(sql, data.userId)),
    ],
  });
}

/** Nothing tells of modes: this copy is filled at the beginning and before each comparison; a new one is looked up when somebody plays it. */
export function projectModes(transactions: OwnTransactions, owners: Owners): Projection<EntityManager> {
  return defineProjection(transactions, {
    name: 'mode-refs',
    source: '/node-learn/quiz',
    readPage: (after) => owners.readModes(after),
    data: z.object({}),
    rows: modesAsRows,
    put: putModes,
    remove: forgetMode,
    events: [],
  });
}
