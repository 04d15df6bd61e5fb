/** The copies of what quiz, question and auth own, each with the events that keep it. */
import type { Transactions } from '@banyan/outbox';
import { defineProjection, projected, type Projection } from '@banyan/service';
import {
  answerRolledBack,
  answersOfUser,
  answerSubmitted,
  questionCreated,
  questionDeleted,
  questionUpdated,
  userAuthenticated,
  userCreated,
  userDeleted,
} from '@node-learn/contracts';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { answersAsRows, applyRolledBack, applySubmitted, putAnswers, removeAnswers } from './answer-refs.ts';
import type { Owners } from './owners.ts';
import { deleteQuestion, forgetQuestion, putQuestions, questionFacts, questionsAsRows } from './question-refs.ts';
import { deleteUser, forgetUser, putUsers, usersAsRows } from './user-refs.ts';

type Snapshots = Pick<Owners, 'readAnswers' | 'readQuestions' | 'readUsers'>;
type OwnTransactions = Transactions<EntityManager>;

export function projectAnswers(transactions: OwnTransactions, owners: Snapshots): Projection<EntityManager> {
  return defineProjection(transactions, {
    name: 'answer-refs',
    source: '/node-learn/quiz',
    readPage: (after) => owners.readAnswers(after),
    data: answersOfUser,
    rows: answersAsRows,
    put: putAnswers,
    remove: removeAnswers,
    events: [
      projected(answerSubmitted, (sql: EntityManager, { data }) => applySubmitted(sql, data)),
      projected(answerRolledBack, (sql: EntityManager, { data }) => applyRolledBack(sql, data)),
    ],
  });
}

export function projectQuestions(transactions: OwnTransactions, owners: Snapshots): Projection<EntityManager> {
  return defineProjection(transactions, {
    name: 'question-refs',
    source: '/node-learn/question',
    readPage: (after) => owners.readQuestions(after),
    data: questionFacts,
    rows: questionsAsRows,
    put: putQuestions,
    remove: forgetQuestion,
    events: [
      projected(questionCreated, (sql: EntityManager, { data }) => putQuestions(sql, [{ key: data.questionId, data }])),
      projected(questionUpdated, (sql: EntityManager, { data }) => putQuestions(sql, [{ key: data.questionId, data }])),
      projected(questionDeleted, (sql: EntityManager, { data }) => deleteQuestion(sql, data.questionId)),
    ],
  });
}

export function projectUsers(transactions: OwnTransactions, owners: Snapshots): Projection<EntityManager> {
  return defineProjection(transactions, {
    name: 'user-refs',
    source: '/node-learn/auth',
    readPage: (after) => owners.readUsers(after),
    data: z.object({}),
    rows: usersAsRows,
    put: putUsers,
    remove: forgetUser,
    events: [
      projected(userCreated, (sql: EntityManager, { data }) => putUsers(sql, [{ key: data.userId }])),
      projected(userAuthenticated, (sql: EntityManager, { data }) => putUsers(sql, [{ key: data.userId }])),
      projected(userDeleted, (sql: EntityManager, { data }) => deleteUser(sql, data.userId)),
    ],
  });
}
