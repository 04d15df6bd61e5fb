/** The whole bank: 80 active questions and 4 that are kept back. */
import type { BankQuestion } from '../bank-question.ts';
import { asynchronousProgramming } from './asynchronous-programming.ts';
import { buffers } from './buffers.ts';
import { debugging, packages, performance, security, testing, typeScript } from './craft.ts';
import { errorHandling } from './error-handling.ts';
import { eventLoop } from './event-loop.ts';
import { fileSystem } from './file-system.ts';
import { fundamentalsOfEverydayUse } from './fundamentals-globals.ts';
import { fundamentalsOfTheRuntime } from './fundamentals-runtime.ts';
import { http } from './http.ts';
import { modules } from './modules.ts';
import { processesAndThreads } from './processes-and-threads.ts';
import { streams } from './streams.ts';

export const bank: readonly BankQuestion[] = [
  ...fundamentalsOfTheRuntime,
  ...fundamentalsOfEverydayUse,
  ...eventLoop,
  ...asynchronousProgramming,
  ...modules,
  ...streams,
  ...buffers,
  ...fileSystem,
  ...http,
  ...errorHandling,
  ...processesAndThreads,
  ...security,
  ...testing,
  ...performance,
  ...debugging,
  ...packages,
  ...typeScript,
];
