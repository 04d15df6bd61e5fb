/** SQL over a client of pg, for whoever holds one inside a transaction. */
import type { ClientBase } from 'pg';
import { report } from '../report.ts';
import type { SqlSession } from '../transactions.ts';

export type QueryableClient = Pick<ClientBase, 'query'>;

export function toSession(client: QueryableClient): SqlSession {
  return {
    query: async (text, values) => {
      const { rows, rowCount } = await (values === undefined
        ? client.query(text)
        : client.query({ ...prepared(text), values: [...values] }));
      return { rows: rows as never[], rowCount };
    },
  };
}

/** Calls of our own functions come with every transaction: the server parses and plans each once per connection, which halves what it costs. */
function prepared(text: string): { readonly text: string; readonly name?: string } {
  const name = /^select (banyan\.\w+)\([$\d, ]+\)(?: as \w+)?$/.exec(text)?.[1];
  return name === undefined ? { text } : { text, name };
}

/** Sends a message of one or more statements; answers the command that the server says it has done last. */
export async function sendMessage(client: QueryableClient, message: string): Promise<string | undefined> {
  const answers = await client.query(message);
  return [answers].flat().at(-1)?.command;
}

/** Whose connection ends while a transaction has it would end the program, if nobody listened. Answers what stops listening. */
export function listenForLoss(client: ClientBase): () => void {
  const noteLoss = (error: Error) =>
    report('warn', 'outbox.connection.lost', 'A connection ended inside a transaction', { reason: error.message });
  client.on('error', noteLoss);
  return () => void client.off('error', noteLoss);
}
