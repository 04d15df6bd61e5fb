/** What the services write on their copies flows back to the monolith's copy beside them, as it does once they own their tables. */

import { createHash } from 'node:crypto';
import { createStream } from '@banyan/replication';
import type { ReplicationStream } from '@banyan/replication';
import type { Cast } from './cast.ts';
import type { Copies } from './copies.ts';

export interface FlowBack {
  /** Resolves when all that the extraction's service has committed before the call is in the monolith's tables; at once when nothing flows. */
  reached(extraction: string): Promise<void>;
  /** As `reached`, for all of them. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Begins before any program runs on the copies. Nothing flows without a monolith beside the services. */
export async function startFlowBack(cast: Cast, { services, partner }: Pick<Copies, 'services' | 'partner'>): Promise<FlowBack> {
  const streams = new Map<string, ReplicationStream>();
  const flowing = partner === undefined ? [] : cast.owners.filter((it) => it.tables.length > 0 && !cast.retired.includes(it.name));
  const flow: FlowBack = {
    reached: async (extraction) => void (await streams.get(extraction)?.mark()),
    settled: async () => void (await Promise.all([...streams.values()].map((stream) => stream.mark()))),
    close: async () => void (await Promise.all([...streams.values()].map((stream) => stream.drop()))),
  };
  try {
    for (const { name, service = '', tables } of flowing) {
      const source = services[service] ?? '';
      const stream = createStream({
        name: `rehearsal_${createHash('sha256').update(`${source} ${name}`).digest('hex').slice(0, 16)}`,
        source,
        target: partner ?? '',
        tables: tables.map((table) => ({ source: table.target, target: table.source })),
        direction: 'reverse',
      });
      streams.set(name, stream);
      await stream.prepare();
      await stream.start();
    }
  } catch (error) {
    await flow.close();
    throw error;
  }
  return flow;
}
