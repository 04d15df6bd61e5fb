/** What the monolith answered besides its product: probes, metrics, and the description of the API. */
import type { Metrics } from '@banyan/telemetry';
import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Database } from '../database.ts';
import { ADMIN_SETTINGS, type AdminSettings } from '../settings.ts';
import { describingPage, openApi } from './open-api.ts';
import { withOldNames } from './old-metrics.ts';

/** For injection: the numbers of this program. */
export const METRICS = Symbol('metrics');

const now = () => new Date().toISOString();

@Controller()
export class RestController {
  constructor(
    @Inject(ADMIN_SETTINGS) private readonly settings: AdminSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(METRICS) private readonly numbers: Metrics,
  ) {}

  @Get('health')
  health(): object {
    return { status: 'ok', timestamp: now(), uptime: process.uptime() };
  }

  /** The monolith answers 200 also when it is not, and says why to everybody; flag fix.ready_503 does neither. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    try {
      await this.database.probe();
      return { status: 'ready', database: 'connected', timestamp: now() };
    } catch (error) {
      const isMended = this.settings.FLAGS.has('fix.ready_503');
      if (isMended) void reply.status(503);
      const why = isMended ? {} : { error: (error as Error).message };
      return { status: 'not_ready', database: 'disconnected', ...why, timestamp: now() };
    }
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.numbers.contentType);
    return withOldNames(await this.numbers.render());
  }

  @Get('api/docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return describingPage;
  }

  @Get('api/docs-json')
  json(): object {
    return openApi;
  }
}
