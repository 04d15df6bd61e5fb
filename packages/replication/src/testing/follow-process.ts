// A process that follows a stream until it is killed; with CRASH_POINT set it kills itself there, at the CRASH_COUNT-th time.
import { subscribe } from 'node:diagnostics_channel';
import { createStream } from '../stream/create-stream.ts';
import type { StreamOptions } from '../stream/options.ts';

let left = Number(process.env['CRASH_COUNT'] ?? '1');
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name !== process.env['CRASH_POINT']) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});

const stream = createStream(JSON.parse(process.env['STREAM'] ?? '{}') as StreamOptions);
if (process.env['TASK'] === 'copy') await stream.copy();
else if (process.env['TASK'] === 'prepare') await stream.prepare();
if (process.env['TASK'] === 'prepare') process.exit(0);
await stream.start();
process.stdout.write('following\n');
