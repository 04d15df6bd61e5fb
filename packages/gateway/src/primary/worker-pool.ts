/** Forks the workers, keeps their number, replaces those that die or fall silent, and asks all of them things. */
import cluster, { type Worker } from 'node:cluster';
import type { ToPrimary, ToWorker } from '../processes/messages.ts';

/** A worker that does not answer a question this long is ended and replaced. */
const answerWithinMs = 5_000;
/** A worker that dies younger than this is replaced after a pause, so that a broken start does not spin. */
const youngMs = 1_000;
const pauseMs = 250;

export interface PoolParts {
  readonly size: number;
  /** Resolved program file and the message that makes a new worker begin. */
  readonly exec: string;
  readonly begin: () => ToWorker;
  readonly onMessage: (worker: Worker, message: ToPrimary) => void;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  readonly onGone: (pid: number) => void;
}

interface Question {
  readonly worker: Worker;
  readonly settle: (value: unknown) => void;
}

export class WorkerPool {
  readonly #parts: PoolParts;
  readonly #ready = new Set<Worker>();
  readonly #questions = new Map<number, Question>();
  readonly #bornMs = new Map<Worker, number>();
  #lastId = 0;
  #stopping = false;
  port = 0;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    // The workers share one listening socket, which the primary keeps open: a connection waits in the kernel until some worker takes it, so
    // that none is lost with a worker that dies. (Node's round robin hands connections over and forgets those of a worker that just died.)
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: parts.exec, serialization: 'advanced' });
    cluster.on('exit', (worker, code, signal) => this.#gone(worker, code, signal));
    cluster.on('message', (worker, message: ToPrimary) => this.#hear(worker, message));
  }

  get pids(): number[] {
    return [...this.#ready].map((worker) => worker.process.pid!);
  }

  /** Forks all workers; resolves when each of them listens. */
  async start(): Promise<void> {
    const whenAll = new Promise<void>((resolve) => (this.#whenReady = () => this.#ready.size >= this.#parts.size && resolve()));
    for (let count = 0; count < this.#parts.size; count++) this.#fork();
    await whenAll;
  }

  #whenReady: () => void = () => {};

  #fork(): void {
    if (this.#stopping) return;
    const worker = cluster.fork({ BANYAN_GATEWAY_ROLE: 'worker' });
    // A message to a worker that has just died: its exit event is what counts.
    worker.on('error', (error) => this.#parts.log('worker-unreachable', { worker: worker.process.pid, error: error.message }));
    this.#bornMs.set(worker, performance.now());
  }

  #hear(worker: Worker, message: ToPrimary): void {
    switch (message.kind) {
      case 'hello':
        // Counted from here on: whatever is told to everybody after the begin message reaches this worker too, in order.
        worker.send(this.#parts.begin());
        this.#begun.add(worker);
        break;
      case 'listening':
        this.port = message.port;
        this.#ready.add(worker);
        this.#whenReady();
        break;
      case 'done':
        this.#questions.get(message.id)?.settle(message.value);
        break;
      default:
        this.#parts.onMessage(worker, message);
    }
  }

  readonly #begun = new Set<Worker>();

  /** Tells every worker that has begun. */
  tell(message: ToWorker): void {
    for (const worker of this.#begun) if (worker.isConnected()) worker.send(message);
  }

  tellOne(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message);
  }

  tellPid(pid: number, message: ToWorker): void {
    for (const worker of this.#begun) if (worker.process.pid === pid) this.tellOne(worker, message);
  }

  /** Asks every worker that has begun (but `except`); a dead one counts as undefined, a silent one is replaced. */
  askAll(question: (id: number) => ToWorker, options: { except?: Worker; withinMs?: number } = {}): Promise<unknown[]> {
    const workers = [...this.#begun].filter((worker) => worker !== options.except && worker.isConnected());
    return Promise.all(workers.map((worker) => this.#ask(worker, question, options.withinMs ?? answerWithinMs)));
  }

  #ask(worker: Worker, question: (id: number) => ToWorker, withinMs: number): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const settle = (value: unknown): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#parts.log('worker-silent', { code: 'GATEWAY_WORKER_SILENT', worker: worker.process.pid, withinMs });
        worker.process.kill('SIGKILL');
        settle(undefined);
      }, withinMs);
      this.#questions.set(id, { worker, settle });
      worker.send(question(id), (error) => error && settle(undefined));
    });
  }

  #gone(worker: Worker, code: number | null, signal: string | null): void {
    const pid = worker.process.pid!;
    this.#ready.delete(worker);
    this.#begun.delete(worker);
    for (const question of this.#questions.values()) if (question.worker === worker) question.settle(undefined);
    this.#parts.onGone(pid);
    if (this.#stopping) return;
    const age = performance.now() - (this.#bornMs.get(worker) ?? 0);
    this.#bornMs.delete(worker);
    this.#parts.log('worker-ended', { worker: pid, code, signal, ageMs: Math.round(age) });
    if (age < youngMs) setTimeout(() => this.#fork(), pauseMs);
    else this.#fork();
  }

  /** Drains all workers and resolves when they have ended; after `drainMs` and a second they are killed. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const alive = workers.filter((worker) => !worker.isDead());
    const ended = Promise.all(alive.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve()))));
    for (const worker of workers) this.tellOne(worker, { kind: 'stop', drainMs });
    const killer = setTimeout(() => workers.forEach((worker) => worker.process.kill('SIGKILL')), drainMs + 1_000);
    await ended;
    clearTimeout(killer);
  }
}
