/** One instance of the service without its routes: database, outbox, relay and the handlers of its group, on a broker of the test. */
import { fileURLToPath } from 'node:url';
import { type BusDriver, consume, type Consumer, type EventHandler } from '@banyan/bus';
import { createConsumerStore, createOutbox, createRelay, installOutbox, typeOrmTransactions } from '@banyan/outbox';
import { applySchemaChanges, type Projection, type SnapshotPage, startProjections } from '@banyan/service';
import { answerSubmitted, userStatsReset } from '@node-learn/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { Badges } from '../badges/badges.ts';
import { databaseOptions } from '../database-options.ts';
import { AnswerChecks } from '../events/answer-checks.ts';
import { type BadgeOutbox, publishedEvents } from '../events/badge-events.ts';
import { Resets } from '../events/resets.ts';
import { projectAnswers, projectQuestions, projectUsers } from '../projection/projections.ts';
import { readAchievementSettings } from '../settings.ts';
import { settingsForTests } from './settings-for-tests.ts';

/** What the owners show on their internal ports. */
export interface Shown {
  readonly readAnswers: (after: string) => Promise<SnapshotPage>;
  readonly readQuestions: (after: string) => Promise<SnapshotPage>;
  readonly readUsers: (after: string) => Promise<SnapshotPage>;
}

export interface Replica {
  readonly badges: Badges;
  readonly consumer: Consumer;
  /** Of answers, questions and users. */
  readonly projections: readonly Projection<EntityManager>[];
  stop(): Promise<void>;
}

export async function startReplica(
  databaseUrl: string,
  driver: BusDriver,
  { shown, group }: { readonly shown: Shown; readonly group: string },
): Promise<Replica> {
  await applySchemaChanges(databaseUrl, fileURLToPath(new URL('../../schema', import.meta.url)));
  const dataSource = await new DataSource({ ...databaseOptions(databaseUrl), poolErrorHandler: () => {} }).initialize();
  const transactions = typeOrmTransactions(dataSource);
  await transactions.run(({ session }) => installOutbox(session));
  const outbox: BadgeOutbox = createOutbox({ transactions, source: '/node-learn/achievement', publishes: publishedEvents });
  const projections = [projectAnswers, projectQuestions, projectUsers].map((project) => project(transactions, shown));
  const running = await startProjections(transactions, projections);
  const relay = createRelay({ database: { url: databaseUrl }, driver });
  relay.start();
  const limits = { pullWaitMs: 50, retryPollMs: 50 };
  const store = createConsumerStore({ transactions });
  const consumer = await consume({ driver, store, group, handlers: handlersOf(outbox, projections), limits });
  return {
    badges: new Badges(dataSource, readAchievementSettings(settingsForTests(databaseUrl)), outbox),
    consumer,
    projections,
    stop: async () => {
      await running.stop();
      await consumer.stop();
      await relay.stop();
      await dataSource.destroy();
    },
  };
}

/** As the module of NestJS joins them: what projects an answer first, then what checks it. */
function handlersOf(outbox: BadgeOutbox, projections: readonly Projection<EntityManager>[]): EventHandler<EntityManager>[] {
  const checks = new AnswerChecks(outbox);
  const resets = new Resets();
  const projecting = projections
    .flatMap(({ handlers }) => handlers)
    .map((handler) =>
      handler.contract.type === answerSubmitted.type
        ? { ...handler, handle: both(handler.handle, (event, context) => checks.check(event, context)) }
        : handler,
    );
  return [
    ...projecting,
    { contract: userStatsReset, replayable: false, handle: (event, context) => resets.reset(event as never, context) },
  ];
}

type Handle = EventHandler<EntityManager>['handle'];

function both(first: Handle, second: (...given: Parameters<AnswerChecks['check']>) => ReturnType<Handle>): Handle {
  return async (event, context) => {
    await first(event, context);
    return second(event as never, context);
  };
}
