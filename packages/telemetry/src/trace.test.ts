import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentTrace, runInTrace, traceFromHeaders, traceHeaders } from './trace.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

test('the trace of the caller is continued', () => {
  const trace = traceFromHeaders({ traceparent: `00-${traceId}-${parentId}-01`, 'x-trace-id': '7C2E8E4E-54A1-4B8B-9E1C-2D1F5B0C7A11' });
  expect(trace).toMatchObject({ traceId, parentId, sampled: true, correlationId: '7c2e8e4e-54a1-4b8b-9e1c-2d1f5b0c7a11' });
  expect(trace.spanId).not.toBe(parentId);
});

test.each([
  undefined,
  '',
  'x',
  `ff-${traceId}-${parentId}-01`,
  `00-${'0'.repeat(32)}-${parentId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
])('the header %j begins a new trace', (traceparent) => {
  const trace = traceFromHeaders({ traceparent, 'x-trace-id': 'not a uuid' });
  expect(trace.traceId).toMatch(/^[\da-f]{32}$/);
  expect(trace.parentId).toBeUndefined();
  expect(trace.correlationId).toMatch(/^[\da-f-]{36}$/);
});

test('two requests at once keep their own traces through awaits, and nothing leaks out', async () => {
  const seen = await Promise.all(
    [1, 2].map((_, index) =>
      runInTrace(traceFromHeaders({ traceparent: `00-${traceId.slice(0, 31)}${index}-${parentId}-00` }), async () => {
        await setImmediate();
        return traceHeaders()['traceparent'] ?? '';
      }),
    ),
  );
  expect(seen[0]).toMatch(new RegExp(`^00-${traceId.slice(0, 31)}0-[\\da-f]{16}-00$`));
  expect(seen[1]).toMatch(new RegExp(`^00-${traceId.slice(0, 31)}1-[\\da-f]{16}-00$`));
  expect(currentTrace()).toBeUndefined();
  expect(traceHeaders()).toEqual({});
});
