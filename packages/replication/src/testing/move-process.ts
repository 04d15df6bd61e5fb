// A process that performs one cutover, its journal in a file, and kills itself at the crash point it is told.
import { subscribe } from 'node:diagnostics_channel';
import { cutover } from '../cutover/cutover.ts';
import { createStream } from '../stream/create-stream.ts';
import { fileJournal, fileRoutes, type MoveOrder, patience } from './move.ts';

const order = JSON.parse(process.env['ORDER'] ?? '{}') as MoveOrder;
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name === order.crashPoint) process.kill(process.pid, 'SIGKILL');
});

const forwardStream = createStream(order.forward);
const reverseStream = createStream(order.reverse);
const options = {
  ...patience,
  from: order.from,
  to: order.to,
  forwardStream,
  reverseStream,
  routes: fileRoutes(order),
  journal: fileJournal(order.journalFile),
};
await forwardStream.start();
const report = await cutover(options);
process.stdout.write(`${report.cancelled === undefined ? 'completed' : `cancelled ${report.cancelled.reason}`}\n`);
process.exit(0);
