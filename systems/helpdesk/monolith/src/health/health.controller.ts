/** What probes and Prometheus ask for. */
import { Controller, Get } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.ts';
import { Metrics } from './metrics.ts';

@Controller()
export class HealthController {
  constructor(
    private readonly database: DatabaseService,
    private readonly metrics: Metrics,
  ) {}

  @Get('health')
  health() {
    return { status: 'ok', timestamp: new Date().toISOString(), uptime: process.uptime() };
  }

  @Get('ready')
  async ready() {
    try {
      await this.database.$queryRaw`SELECT 1`;
      return { status: 'ready', database: 'connected', timestamp: new Date().toISOString() };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { status: 'not_ready', database: 'disconnected', error: text, timestamp: new Date().toISOString() };
    }
  }

  @Get('metrics')
  metricsText(): Promise<string> {
    return this.metrics.text();
  }
}
