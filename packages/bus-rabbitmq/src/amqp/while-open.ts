/** For what is told by the way, to whoever is there to hear it. */
import { IllegalOperationError } from 'amqplib';

/** A channel that is closing throws; whoever uses the connection hears of its end. */
export function whileOpen(send: () => unknown): void {
  try {
    send();
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error;
  }
}
