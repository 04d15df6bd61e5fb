/** Answers a connection whose bytes are not HTTP, as Node itself would, and closes it: nothing of it was forwarded. */
import type { Duplex } from 'node:stream';

const statusLines: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'HTTP/1.1 431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'HTTP/1.1 413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: 'HTTP/1.1 408 Request Timeout',
};

export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const begun = (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (socket.writable && error.code !== 'ECONNRESET' && begun?.headersSent !== true) {
    socket.end(`${statusLines[error.code ?? ''] ?? 'HTTP/1.1 400 Bad Request'}\r\nConnection: close\r\n\r\n`);
  } else socket.destroy();
}
