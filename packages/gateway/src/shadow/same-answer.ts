/** The cheap first look: are two answers the same, byte for byte, but for what every answer has of its own? */
import type { CapturedAnswer } from './sample.ts';

/** Header fields that belong to one answer or one connection, not to what was asked. */
const ownOfEachAnswer = new Set(['date', 'x-trace-id', 'connection', 'keep-alive', 'transfer-encoding', 'traceparent']);

export function sameAnswer(one: CapturedAnswer, other: CapturedAnswer): boolean {
  return (
    one.status === other.status &&
    Buffer.compare(one.body, other.body) === 0 &&
    comparableHeaders(one.headers).join('\n') === comparableHeaders(other.headers).join('\n')
  );
}

/** The fields that count, as `name: value`, in the order they were sent. */
export function comparableHeaders(headers: readonly string[]): string[] {
  const fields: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    if (!ownOfEachAnswer.has(headers[at]!.toLowerCase())) fields.push(`${headers[at]}: ${headers[at + 1]}`);
  }
  return fields;
}
