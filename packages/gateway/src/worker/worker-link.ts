/** A worker's side of the conversation with its primary: questions with answers, and news. */
import type { ToPrimary, ToWorker } from '../processes/messages.ts';
import type { PinsLink } from './pins.ts';

/** A primary that does not answer for this long is taken to have no objection: no client waits for it. */
const answerWithinMs = 500;
const barrierWithinMs = 5_000;

export class WorkerLink implements PinsLink {
  readonly #answers = new Map<number, (value: unknown) => void>();
  #lastId = 0;

  send(message: ToPrimary): void {
    // A primary that has gone is told by the disconnect event.
    if (process.connected) process.send!(message, undefined, undefined, () => {});
  }

  receive(message: Extract<ToWorker, { kind: 'answer' }>): void {
    this.#answers.get(message.id)?.(message.value);
  }

  async pin(scopes: readonly string[], key: string): Promise<void> {
    await this.#ask((id) => ({ kind: 'pin-request', id, scopes, key }), answerWithinMs);
  }

  written(scopes: readonly string[], key: string, known: boolean): void {
    this.send({ kind: 'written', scopes, key, known });
  }

  async barrier(scope: string): Promise<boolean> {
    return (await this.#ask((id) => ({ kind: 'barrier-request', id, scope }), barrierWithinMs)) === true;
  }

  #ask(question: (id: number) => ToPrimary, withinMs: number): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const settle = (value: unknown): void => {
        clearTimeout(timer);
        this.#answers.delete(id);
        resolve(value);
      };
      const timer = setTimeout(settle, withinMs);
      this.#answers.set(id, settle);
      this.send(question(id));
    });
  }
}
