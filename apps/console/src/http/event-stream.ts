/** Server-sent events to one page: news as it comes, a heartbeat while there is none, and an end for a page that does not read. */
import type { ServerResponse } from 'node:http';
import type { StateFeed } from '../reading/state-feed.ts';

const heartbeatMs = 10_000;
/** A page that has stopped reading holds at most this much of our memory, and is cut off; it comes back by itself. */
const unreadBytesMax = 4 * 1024 * 1024;

export function streamNews(response: ServerResponse, feed: StateFeed): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const write = (text: string) => {
    if (response.writableLength > unreadBytesMax) response.destroy();
    else response.write(text);
  };
  write('retry: 1000\n\n');
  const unsubscribe = feed.subscribe(({ event, data }) => write(`event: ${event}\ndata: ${data}\n\n`));
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}
