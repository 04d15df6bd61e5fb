/** A pool of one connection that keeps the messages it sends, to count round trips. */
import { Pool } from 'pg';
import { listenForWakeUps } from '../relaying/wake-up.ts';

export interface RecordedPool extends AsyncDisposable {
  readonly pool: Pool;
  /** First words of each message, oldest first. */
  readonly messages: string[];
}

export function openRecordedPool({ name, url }: { readonly name: string; readonly url: string }): RecordedPool {
  // As if a relay were in this process: nobody else has to be told of commits.
  const stopListening = listenForWakeUps({ database: name, wake: () => {} });
  const pool = new Pool({ connectionString: url, max: 1 });
  const messages: string[] = [];
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...options: unknown[]) => never;
    const record = (...options: unknown[]): never => {
      const [first] = options as [string | { text: string }];
      const text = typeof first === 'string' ? first : first.text;
      messages.push(text.replaceAll(/\((?:.|\n)*\)/g, '()').slice(0, 80));
      return query(...options);
    };
    Object.assign(client, { query: record });
  });
  return { pool, messages, [Symbol.asyncDispose]: () => pool.end().finally(stopListening) };
}
