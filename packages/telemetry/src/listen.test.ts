import { channel } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { eventChannel, listen, requestChannel } from './listen.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { runInTrace, traceFromHeaders } from './trace.ts';

function setUp(level = 'info') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: 'auth',
    level,
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { lines, logger, metrics: createMetrics({ service: 'auth' }) };
}

test('an event of a library becomes one JSON line and one count, with the trace it happened in', async () => {
  const { lines, logger, metrics } = setUp();
  const stop = listen({ logger, metrics });
  const trace = traceFromHeaders({});
  runInTrace(trace, () => channel(eventChannel).publish({ level: 'warn', event: 'database.lost', message: 'Gone', attempt: 2 }));
  stop();
  channel(eventChannel).publish({ level: 'warn', event: 'database.lost', message: 'Nobody listens any more' });
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'auth',
      pid: process.pid,
      traceId: trace.traceId,
      spanId: trace.spanId,
      correlationId: trace.correlationId,
      event: 'database.lost',
      attempt: 2,
      msg: 'Gone',
    },
  ]);
  expect(await metrics.render()).toContain('banyan_events_total{event="database.lost",level="warn",service="auth"} 1');
});

test('a request is measured by route and logged without its secrets', async () => {
  const { lines, logger, metrics } = setUp();
  const stop = listen({ logger, metrics });
  const route = '/api/auth/google/callback';
  channel(requestChannel).publish({
    method: 'GET',
    path: `${route}?code=4%2F0Asecret&search=my name?=&flag`,
    route,
    status: 500,
    durationMs: 12,
  });
  channel(requestChannel).publish({ method: 'BREW', path: '/pot', route: '', status: 404, durationMs: 1 });
  stop();
  expect(lines).toMatchObject([
    { level: 'error', path: `${route}?code=[redacted]&search=…&flag` },
    { level: 'info', status: 404 },
  ]);
  const text = await metrics.render();
  expect(text).toContain(
    `http_server_request_duration_seconds_bucket{le="0.025",service="auth",http_request_method="GET",http_route="${route}",http_response_status_code="500"} 1`,
  );
  expect(text).toContain('http_request_method="_OTHER"');
  expect(text).toContain('process_resident_memory_bytes');
});

test('an error is logged with its stack and without the address of a person', () => {
  const { lines, logger } = setUp();
  logger.error({ err: new Error('Key (email)=(ada@example.test) already exists.') }, 'failed');
  expect(lines[0]).toMatchObject({
    err: { message: 'Key (email)=([value]) already exists.', stack: expect.stringContaining('listen.test') },
  });
});

test('a level that does not exist is refused', () => {
  expect(() => setUp('loud')).toThrowError(
    expect.objectContaining({ code: 'TELEMETRY_LEVEL_UNKNOWN', message: '"loud" is not a log level.' }),
  );
});

test('a watched number is asked for whenever somebody looks, and not shown while it cannot be told', async () => {
  const { metrics } = setUp();
  let books: number | undefined = 7;
  metrics.watch({
    name: 'library_books',
    help: 'How many there are.',
    labelNames: ['shelf'],
    read: () =>
      books === undefined ? Promise.reject(new Error('the library is shut')) : Promise.resolve([{ labels: { shelf: 'A' }, value: books }]),
  });
  expect(await metrics.render()).toContain('library_books{shelf="A",service="auth"} 7');
  books = 8;
  expect(await metrics.render()).toContain('library_books{shelf="A",service="auth"} 8');
  books = undefined;
  expect(await metrics.render()).not.toContain('library_books{');
});
