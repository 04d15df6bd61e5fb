/** Puts the leaderboard service together: its database, events, boards, routes. */
import { createMessagingModule, TRANSACTIONS, typeOrmOptions } from '@banyan/nest';
import { typeOrmTransactions } from '@banyan/outbox';
import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { publishedEvents } from './boards/board-events.ts';
import { Boards } from './boards/boards.ts';
import { LeaderboardController } from './leaderboard.controller.ts';
import { InternalRoutes } from './references/internal-routes.ts';
import { Owners } from './references/owners.ts';
import { projectModes, projectUsers } from './references/projections.ts';
import { Removals } from './references/removals.ts';
import { Scoring } from './scoring/scoring.ts';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from './settings.ts';

/** Also the longest wait for others who post to the same board. */
const statementTimeoutMs = 15_000;
/** A process that is paused inside a transaction holds nobody up for longer. */
const idleInTransactionMs = 5_000;

const projections = [projectUsers, projectModes].map((useFactory) => ({
  provide: Symbol(useFactory.name),
  inject: [TRANSACTIONS, Owners],
  useFactory,
}));

export function createLeaderboardModule(settings: LeaderboardSettings): DynamicModule {
  const database = { service: 'leaderboard', url: settings.DATABASE_URL, statementTimeoutMs, idleInTransactionMs };
  return {
    module: LeaderboardModule,
    imports: [
      TypeOrmModule.forRoot({ ...typeOrmOptions(database), entities: [] }),
      createMessagingModule({
        group: 'leaderboard',
        source: '/node-learn/leaderboard',
        publishes: publishedEvents,
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [getDataSourceToken()],
        transactions: (dataSource: DataSource) => typeOrmTransactions(dataSource),
        projections: projections.map(({ provide }) => provide),
      }),
    ],
    controllers: [LeaderboardController],
    providers: [{ provide: LEADERBOARD_SETTINGS, useValue: settings }, Owners, ...projections, InternalRoutes, Boards, Scoring, Removals],
  };
}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class LeaderboardModule {}
