/** Trace identity: X-Trace-ID for people, W3C traceparent for tools; both continued when the client sent a valid one. */
import { randomFillSync, randomUUID } from 'node:crypto';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const traceParentPattern = /^00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;
const noTrace = '0'.repeat(32);

/** The client's X-Trace-ID when it is a UUID, else a new one. */
export function traceIdOf(given: string | undefined): string {
  return given !== undefined && uuidPattern.test(given) ? given : randomUUID();
}

/** The traceparent to forward: the client's trace with the gateway's own span, or a trace named after the trace id. */
export function traceParentOf(given: string | undefined, traceId: string): string {
  const valid = given === undefined ? null : traceParentPattern.exec(given);
  if (valid !== null && valid[1] !== noTrace) return `00-${valid[1]}-${nextSpanId()}-${valid[2]}`;
  return `00-${hexOf(traceId)}-${nextSpanId()}-01`;
}

/** A UUID without its dashes. */
function hexOf(uuid: string): string {
  return (uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)).toLowerCase();
}

const pool = Buffer.alloc(8 * 512);
let used = pool.length;

function nextSpanId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 8;
  return pool.toString('hex', used - 8, used);
}
