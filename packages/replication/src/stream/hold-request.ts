// The meeting point of somebody who wants the applier to stand still and the applier that obliges.
import { ReplicationError } from '../errors.ts';
import type { StreamHold } from './options.ts';

/** Made by the stream, obeyed by the applier between two source transactions. */
export class HoldRequest implements StreamHold {
  readonly #wake: () => void;
  #reached = Promise.withResolvers<bigint>();
  #changed = Promise.withResolvers<void>();
  #until: bigint | undefined;
  #position = 0n;
  #ended = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get position(): bigint {
    return this.#position;
  }

  /** Nothing that committed at or after this may be applied; undefined: nothing at all. */
  get until(): bigint | undefined {
    return this.#until;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async standing(): Promise<this> {
    this.#position = await this.#reached.promise;
    return this;
  }

  async advanceTo(position: bigint): Promise<void> {
    if (this.#ended) throw interrupted();
    this.#reached = Promise.withResolvers<bigint>();
    this.#until = position;
    this.#changed.resolve();
    this.#wake();
    this.#position = await this.#reached.promise;
  }

  /** Whoever still waits for the applier is told that it was given up. */
  release(): void {
    this.#ended = true;
    this.#reached.promise.catch(() => {}); // usually nobody waits any more
    this.#reached.reject(interrupted());
    this.#changed.resolve();
    this.#wake();
  }

  /** The applier: stands at `position`; resolves when it may go on. */
  async stand(position: bigint): Promise<void> {
    this.#changed = Promise.withResolvers<void>();
    this.#reached.resolve(position);
    if (!this.#ended) await this.#changed.promise;
  }

  /** The applier lost its connection. */
  interrupt(cause: unknown): void {
    this.#ended = true;
    this.#reached.promise.catch(() => {}); // nobody may be waiting at this moment
    this.#reached.reject(interrupted(cause));
    this.#changed.resolve();
  }
}

function interrupted(cause?: unknown): ReplicationError {
  return new ReplicationError('REPLICATION_VERIFY_INTERRUPTED', 'The stream lost its connection or was stopped while it was held.', {
    cause,
  });
}
