/** Answers 503 where the database has refused a write behind the fence of a cutover; every other failure is answered as NestJS does. */
import { isRefusedWrite, report } from '@banyan/service';
import { type ArgumentsHost, Catch, type HttpServer } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { writeRefused } from './refuse-write.ts';

@Catch()
export class RefusedWritesFilter extends BaseExceptionFilter {
  readonly #service: string;

  /** @param service begins the event `….write.refused` */
  constructor(server: HttpServer, service: string) {
    super(server);
    this.#service = service;
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    if (!isRefusedWrite(error)) return super.catch(error, host);
    report('warn', `${this.#service}.write.refused`, 'A write was refused: another program owns the rows now', {
      reason: (error as Error).message,
    });
    super.catch(writeRefused(host.switchToHttp().getResponse<FastifyReply>()), host);
  }
}
