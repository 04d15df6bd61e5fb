/** Puts the question service together: its database, its public and its internal routes. */
import { eventsPublishedBy } from '@banyan/contract';
import { createServiceTokens } from '@banyan/identity';
import { createMessagingModule, typeOrmOptions } from '@banyan/nest';
import { typeOrmTransactions } from '@banyan/outbox';
import { events } from '@node-learn/contracts/events';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { InternalRoutes, SERVICE_TOKENS } from './internal/internal-routes.ts';
import { QuestionCommands } from './internal/question-commands.ts';
import { QuestionRefs, questionSource } from './internal/question-refs.ts';
import { Choice, Question } from './questions/question.entity.ts';
import { Questions } from './questions/questions.ts';
import { QuestionsController } from './questions/questions.controller.ts';
import { QUESTION_SETTINGS, type QuestionSettings } from './settings.ts';

export function createQuestionModule(settings: QuestionSettings): DynamicModule {
  return {
    module: QuestionModule,
    imports: [
      TypeOrmModule.forRoot({
        ...typeOrmOptions({ service: 'question', url: settings.DATABASE_URL }),
        entities: [Question, Choice],
        parseInt8: true,
      }),
      TypeOrmModule.forFeature([Question, Choice]),
      // While the monolith owns the bank, what its rows tell lies in this service's outbox, and leaves from here.
      createMessagingModule({
        group: 'question',
        source: questionSource,
        publishes: eventsPublishedBy(events, 'question'),
        brokerUrl: settings.BROKER_URL,
        databaseUrl: settings.DATABASE_URL,
        inject: [DataSource],
        transactions: (dataSource: DataSource) => typeOrmTransactions(dataSource),
      }),
    ],
    controllers: [QuestionsController],
    providers: [
      { provide: QUESTION_SETTINGS, useValue: settings },
      { provide: SERVICE_TOKENS, useValue: createServiceTokens({ service: 'question', secret: settings.SERVICE_SECRET }) },
      Questions,
      QuestionRefs,
      QuestionCommands,
      InternalRoutes,
    ],
  };
}

/** The name of the module; what it consists of depends on the settings. */
@Module({})
class QuestionModule {}
