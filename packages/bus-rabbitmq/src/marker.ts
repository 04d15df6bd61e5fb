/** Says when a group has settled everything that was published before the question: for whoever must know that copies are up to date. */
import { type Connection, openConnection } from './amqp/connection.ts';
import { toBusError } from './amqp/failure.ts';
import { type MarkSender, openMarkSender } from './group/marks.ts';
import { namesOf } from './topology/names.ts';

export interface Marker {
  /**
   * A group that nobody has ever joined has nothing to settle; while none of its members is there, it waits. Questions that come while one is
   * under way share the next. Rejects with the reason of the signal, BUS_CONNECTION_LOST, BUS_RABBITMQ_REFUSED; the next question connects again.
   */
  untilSettled(group: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

export interface MarkerOptions {
  readonly url: string;
  /** As the driver's. Defaults: 16, `banyan`. */
  readonly partitions?: number;
  readonly prefix?: string;
  /** As the driver's. Default 10,000. */
  readonly confirmWithinMs?: number;
}

interface Opened {
  readonly connection: Connection;
  readonly sender: MarkSender;
}

/** Connects with the first question. */
export function createMarker({ url, partitions = 16, prefix = 'banyan', confirmWithinMs = 10_000 }: MarkerOptions): Marker {
  const names = namesOf(prefix, partitions);
  const rounds = new Map<string, { readonly running: Promise<void>; next: Promise<void> | undefined }>();
  let opened: Promise<Opened> | undefined;

  const connected = (): Promise<Opened> => {
    if (opened !== undefined) return opened;
    const opening = open({ url, confirmWithinMs }, () => forget());
    const forget = () => {
      if (opened === opening) opened = undefined;
    };
    opening.catch(forget);
    return (opened = opening);
  };
  const mark = async (group: string): Promise<void> => {
    const queues = Array.from({ length: partitions }, (_, partition) => names.queue(group, partition));
    try {
      for (;;) {
        const { connection, sender } = await connected();
        if (await sender.send(queues)) return;
        connection.lose(new Error('it confirmed no mark')); // and it is asked again on another one
      }
    } catch (error) {
      throw toBusError(error, `waiting for group "${group}"`);
    }
  };
  const begin = (group: string): Promise<void> => {
    const running = mark(group);
    const round = { running, next: undefined };
    rounds.set(group, round);
    const end = () => {
      if (rounds.get(group) === round && round.next === undefined) rounds.delete(group);
    };
    running.then(end, end);
    return running;
  };
  /** A mark that is under way may have been put in before what the question is about. */
  const ask = (group: string): Promise<void> => {
    const round = rounds.get(group);
    if (round === undefined) return begin(group);
    round.next ??= round.running.then(
      () => begin(group),
      () => begin(group),
    );
    return round.next;
  };
  return {
    untilSettled: async (group, { signal } = {}) => {
      signal?.throwIfAborted();
      const asking = ask(group);
      asking.catch(() => {}); // whoever gave up before does not hear it
      if (signal === undefined) return asking;
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([asking, aborted]).finally(() => signal.removeEventListener('abort', abort));
    },
    close: async () => {
      await (await opened?.catch(() => undefined))?.connection.close();
    },
  };
}

async function open({ url, confirmWithinMs }: { url: string; confirmWithinMs: number }, onEnd: () => void): Promise<Opened> {
  const connection = await openConnection({ url, name: 'banyan marker', heartbeatS: 10 }, onEnd);
  try {
    const channel = await connection.model.createConfirmChannel();
    channel.on('error', (error) => connection.lose(error));
    return { connection, sender: await openMarkSender({ channel, confirmWithinMs, isBlocked: connection.isBlocked }) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
