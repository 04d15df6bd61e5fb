/** Live answers to Node-Learn's questions, for tests of a whole system. */

/** Right answers of many users to many questions, one after the other, all the time. */
export class Answers {
  readonly #gatewayUrl: string;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  given = 0;
  /** Badges told in the answers. */
  awarded = 0;
  readonly refused: unknown[] = [];
  /** X-Trace-ID of the last one. */
  lastTraceId = '';

  constructor(gatewayUrl: string) {
    this.#gatewayUrl = gatewayUrl;
  }

  start(): void {
    this.#running = this.#giveAll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #giveAll(): Promise<void> {
    const lane = async (first: number) => {
      for (let number = first; !this.#stop.signal.aborted; number += 4) await this.#give(number);
    };
    await Promise.all([0, 1, 2, 3].map(lane));
  }

  async #give(number: number): Promise<void> {
    const body = { userId: 2 + (number % 37), questionId: 1 + ((number * 7) % 80), isCorrect: true };
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#gatewayUrl}/api/stats/record`, { method: 'POST', headers, body: JSON.stringify(body) });
    const told = (await answer.json()) as { readonly awardedAchievements?: readonly unknown[] };
    this.lastTraceId = answer.headers.get('x-trace-id') ?? '';
    if (answer.status !== 201) this.refused.push([answer.status, told]);
    this.awarded += told.awardedAchievements?.length ?? 0;
    this.given += 1;
  }
}
