// A process that performs one cutover or reclaim, its journal in a file, and kills itself at the crash point it is told.
import { subscribe } from 'node:diagnostics_channel';
import { cutover } from '../cutover/cutover.ts';
import { reclaim } from '../cutover/reclaim.ts';
import { createStream } from '../stream/create-stream.ts';
import { fileJournal, fileRoutes, type MoveOrder, patience } from './move.ts';

const order = JSON.parse(process.env['ORDER'] ?? '{}') as MoveOrder;
subscribe('banyan.crash-point', (message) => {
  if ((message as { name: string }).name === order.crashPoint) process.kill(process.pid, 'SIGKILL');
});

const forwardStream = createStream(order.forward);
const reverseStream = createStream(order.reverse);
const shared = { ...patience, to: order.to, routes: fileRoutes(order), journal: fileJournal(order.journalFile) };
if (order.isReclaim !== true) await forwardStream.start();
const report =
  order.isReclaim === true
    ? await reclaim({ ...shared, lost: order.from, reverseStream: forwardStream, forwardStream: reverseStream })
    : await cutover({ ...shared, from: order.from, forwardStream, reverseStream });
process.stdout.write(`${report.cancelled === undefined ? 'completed' : `cancelled ${report.cancelled.reason}`}\n`);
process.exit(0);
