/** Tells the loss of a connection, after which nothing is known and everything may be asked again, from what a database refuses. */

export function isConnectionLoss(error: unknown): boolean {
  for (let it = error; it instanceof Error; it = it.cause) {
    const { code } = it as { code?: unknown };
    if (typeof code === 'string' && /^(?:08|57P0|25P03|ECONN|EPIPE|ETIMEDOUT)/.test(code)) return true;
    if (/^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(it.message))
      return true;
  }
  return false;
}
