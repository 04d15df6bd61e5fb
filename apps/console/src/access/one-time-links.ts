/** Tokens of links that open the console once: random, kept as hashes, void after their first use. */
import { createHash, randomBytes } from 'node:crypto';

/** The oldest is void when more than this many wait to be used. */
const waitingMax = 16;

export class OneTimeLinks {
  readonly #hashes = new Set<string>();

  issue(): string {
    const token = randomBytes(32).toString('base64url');
    this.#hashes.add(hashOf(token));
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= waitingMax) break;
      this.#hashes.delete(oldest);
    }
    return token;
  }

  /** True once per token. */
  redeem(token: string): boolean {
    return this.#hashes.delete(hashOf(token));
  }
}

/** The look-up compares hashes, whose bytes nobody can choose: its timing tells nothing of a token. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
