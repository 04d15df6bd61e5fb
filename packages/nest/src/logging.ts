/** NestJS's own messages as lines of the service's log. */
import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@banyan/telemetry';

/** What NestJS calls log is `debug` here: its start-up messages help a developer, not an operator. */
export function createNestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug({ event: 'nest.log', context: contextOf(rest) }, textOf(message)),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn({ event: 'nest.warn', context: contextOf(rest) }, textOf(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      logger.error({ event: 'nest.error', context: contextOf(rest), ...stackOf(rest) }, textOf(message)),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug({ event: 'nest.debug', context: contextOf(rest) }, textOf(message)),
    fatal: (message: unknown, ...rest: unknown[]) =>
      logger.fatal({ event: 'nest.fatal', context: contextOf(rest), ...stackOf(rest) }, textOf(message)),
  };
}

function contextOf(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

function stackOf(rest: readonly unknown[]): { stack?: string } {
  const stack = rest.length > 1 ? rest[0] : undefined;
  return typeof stack === 'string' ? { stack } : {};
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.stack ?? message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
