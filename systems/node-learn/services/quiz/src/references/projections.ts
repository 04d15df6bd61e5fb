/** The copies of what auth and question own: their snapshots, and the events that keep them. */
import type { Transactions } from '@banyan/outbox';
import { defineProjection, projected, type Projection } from '@banyan/service';
import { questionCreated, questionDeleted, questionUpdated, userAuthenticated, userCreated, userDeleted } from '@node-learn/contracts';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import type { Neighbours } from './neighbours.ts';
import { forgetRef, markDeleted, putQuestionRefs, putUserRefs, questionFacts } from './refs.ts';

type OwnTransactions = Transactions<PoolClient>;

const timeoutMs = 10_000;

const snapshot = <Data extends z.ZodType>(data: Data) =>
  z.object({ entries: z.array(z.object({ key: z.string(), sequence: z.string(), data })), next: z.string().exactOptional() });

/** Of a user only that there is one. */
const users = snapshot(z.unknown().transform(() => ({})));
const questions = snapshot(questionFacts);

export function projectUsers(transactions: OwnTransactions, neighbours: Neighbours): Projection<PoolClient> {
  return defineProjection(transactions, {
    name: 'user-refs',
    source: '/node-learn/auth',
    readPage: async (after) => users.parse(await neighbours.read('auth', '/internal/users/refs', { after }, timeoutMs)),
    data: z.object({}),
    rows: `select id::text as key, '{}'::json as data from user_refs where not is_deleted`,
    put: putUserRefs,
    remove: (client, key) => forgetRef(client, 'user_refs', key),
    events: [
      projected(userCreated, (client: PoolClient, { data }) => putUserRefs(client, [{ key: data.userId }])),
      projected(userAuthenticated, (client: PoolClient, { data }) => putUserRefs(client, [{ key: data.userId }])),
      projected(userDeleted, (client: PoolClient, { data }) => markDeleted(client, 'user_refs', data.userId)),
    ],
  });
}

export function projectQuestions(transactions: OwnTransactions, neighbours: Neighbours): Projection<PoolClient> {
  return defineProjection(transactions, {
    name: 'question-refs',
    source: '/node-learn/question',
    readPage: async (after) => questions.parse(await neighbours.read('question', '/internal/questions/refs', { after }, timeoutMs)),
    data: questionFacts,
    rows: `select id::text as key, json_build_object('questionType', question_type, 'practical', practical, 'difficulty', difficulty,
             'topic', topic, 'question', question) as data from question_refs where not is_deleted`,
    put: putQuestionRefs,
    remove: (client, key) => forgetRef(client, 'question_refs', key),
    events: [
      projected(questionCreated, (client: PoolClient, { data }) => putQuestionRefs(client, [{ key: data.questionId, data }])),
      projected(questionUpdated, (client: PoolClient, { data }) => putQuestionRefs(client, [{ key: data.questionId, data }])),
      projected(questionDeleted, (client: PoolClient, { data }) => markDeleted(client, 'question_refs', data.questionId)),
    ],
  });
}
