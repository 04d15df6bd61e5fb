/** The metrics of the program, in Prometheus' text format. */
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

const labelNames = ['method', 'route', 'status_code'] as const;

@Injectable()
export class Metrics {
  readonly requestDuration: Histogram<(typeof labelNames)[number]>;
  readonly requests: Counter<(typeof labelNames)[number]>;
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    this.requestDuration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of HTTP requests in seconds',
      labelNames,
      registers,
    });
    this.requests = new Counter({ name: 'http_requests_total', help: 'Total number of HTTP requests', labelNames, registers });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
