import { expect, test } from 'vitest';
import { createMetrics } from '@banyan/telemetry';
import { withOldNames } from './old-metrics.ts';

test('what the monolith promised is there before anything is counted, and counts then', async () => {
  const metrics = createMetrics({ service: 'admin' });
  const types = ['# TYPE http_request_duration_seconds histogram', '# TYPE http_requests_total counter'];
  for (const type of types) expect(withOldNames(await metrics.render())).toContain(type);
  metrics.countRequest({ method: 'GET', route: '/health', status: 200, durationMs: 12 });
  metrics.countRequest({ method: 'GET', route: '/health', status: 200, durationMs: 12 });
  const text = withOldNames(await metrics.render());
  const labels = 'service="admin",method="GET",route="/health",status_code="200"';
  expect(text).toContain(`http_requests_total{${labels}} 2`);
  expect(text).toContain(`http_request_duration_seconds_bucket{le="0.025",${labels}} 2`);
  expect(text).toContain('http_server_request_duration_seconds_count');
});
