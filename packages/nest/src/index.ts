/** The service package as NestJS on Fastify. */
export { NestError, type NestErrorCode, nestFaults } from './errors.ts';
export { ExpressLikeAdapter } from './like-express/adapter.ts';
export { redirectLikeExpress, redirectWithoutBody } from './like-express/redirect.ts';
export { type NestServiceDefinition, runNestService, startNestService } from './nest-service.ts';
