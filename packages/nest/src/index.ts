/** The service package as NestJS on Fastify. */
export type { Callers, RefusalReason, RequestOfCaller } from './caller.guard.ts';
export { NestError, type NestErrorCode, nestFaults } from './errors.ts';
export { ExpressLikeAdapter, type ExpressHabits } from './like-express/adapter.ts';
export { redirectLikeExpress, redirectWithoutBody } from './like-express/redirect.ts';
export { COPIES, type Copies, createMessagingModule, type MessagingModuleOptions, OUTBOX, TRANSACTIONS } from './messaging-module.ts';
export { type NestServiceDefinition, runNestService, startNestService } from './nest-service.ts';
export { OnEvent, OnEvents } from './on-event.ts';
export { RefuseNulPipe } from './refuse-nul.pipe.ts';
export { refuseWrite } from './refuse-write.ts';
export { ServiceDatabase, type ServiceDatabaseOptions } from './service-database.ts';
export { typeOrmOptions, type TypeOrmOptions } from './type-orm-options.ts';
