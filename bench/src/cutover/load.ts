/** The writers: an open loop (a write is due when the clock says so, not when the last one is answered), bounded by the number under way. */
import { Pool } from 'undici';
import { quantile } from '../benchmark.ts';
import type { LoadOrder, LoadTurn, WholeRun } from './load-driver.ts';
import type { Group, SideName } from './names.ts';

const accounts = 1_000;
const underWayMax = 1_024;
const tickMs = 4;
const failuresKept = 5;
const aroundMs = 500;

class Turn {
  readonly #startedMs = performance.now();
  readonly #next: SideName | undefined;
  readonly #durations: number[] = [];
  readonly #answeredMs: number[] = [];
  readonly failures: string[] = [];
  sent = 0;
  withheld = 0;
  #lastOldMs: number | undefined;
  #firstNewMs: number | undefined;
  #late = 0;

  constructor(next: SideName | undefined) {
    this.#next = next;
  }

  acknowledged(owner: string, dueMs: number): void {
    const now = performance.now();
    this.#durations.push(now - dueMs);
    this.#answeredMs.push(now);
    if (owner === this.#next) this.#firstNewMs ??= now;
    else if (this.#firstNewMs === undefined) this.#lastOldMs = now;
    else this.#late += 1;
  }

  figures(): LoadTurn {
    const known = this.#firstNewMs !== undefined && this.#lastOldMs !== undefined;
    return {
      forMs: performance.now() - this.#startedMs,
      sent: this.sent,
      acknowledged: this.#durations.length,
      withheld: this.withheld,
      failures: this.failures,
      p50Ms: quantile(this.#durations, 0.5),
      p99Ms: quantile(this.#durations, 0.99),
      pauseMs: known ? this.#firstNewMs! - this.#lastOldMs! : undefined,
      silenceMs: this.#silenceMs(),
      late: this.#late,
    };
  }

  #silenceMs(): number | undefined {
    const first = this.#firstNewMs;
    if (first === undefined) return undefined;
    const gaps = this.#answeredMs.map((at, place) => (Math.abs(at - first) > aroundMs ? 0 : at - (this.#answeredMs[place - 1] ?? at)));
    return Math.max(...gaps);
  }
}

let pool: Pool | undefined;
let timer: NodeJS.Timeout | undefined;
let group: Group = 'moved';
let turn = new Turn(undefined);
let underWay = 0;
let onIdle: (() => void) | undefined;
let written = 0;
const failures: string[] = [];
const tokens: number[] = [];
const countsByAccount = new Map<number, number>();

const orders: { readonly [Kind in LoadOrder['kind']]: (order: Extract<LoadOrder, { kind: Kind }>) => unknown } = {
  start: async ({ port, perSecond }) => {
    await settle(); // what a higher rate has piled up
    pool ??= new Pool(`http://127.0.0.1:${port}`, { connections: underWayMax, pipelining: 1 });
    run(pool, perSecond);
  },
  begin: (order) => {
    group = order.group;
    turn = new Turn(order.next);
  },
  take: () => turn.figures(),
  stop,
};

process.on('disconnect', () => process.exit());
process.on('message', (order: LoadOrder) => {
  const act = orders[order.kind] as (order: LoadOrder) => unknown;
  void Promise.resolve(act(order)).then((answer) => process.send!(answer ?? {}));
});

function run(through: Pool, perSecond: number): void {
  const startedMs = performance.now();
  let due = 0;
  timer = setInterval(() => {
    for (const until = ((performance.now() - startedMs) * perSecond) / 1_000; due < until; due++) {
      if (underWay >= underWayMax) turn.withheld += 1;
      else void write(through, startedMs + (due * 1_000) / perSecond, turn);
    }
  }, tickMs);
}

/** Every second write adds a row, the others count an account up. A write belongs to the turn in which it was sent. */
async function write(through: Pool, dueMs: number, own: Turn): Promise<void> {
  const number = ++written;
  const isOrder = number % 2 === 0;
  const account = (number % accounts) + 1;
  const into = group;
  own.sent += 1;
  underWay += 1;
  try {
    const { statusCode, headers, body } = await through.request({
      method: 'POST',
      path: `/${into}/${isOrder ? 'orders' : 'accounts'}`,
      headers: { 'content-type': 'application/json', authorization: userOf(into, account) },
      body: JSON.stringify(isOrder ? { token: number } : { account }),
    });
    const text = await body.text();
    if (statusCode !== 201) return fail(own, `${statusCode} ${text}`);
    own.acknowledged(String(headers['x-owner']), dueMs);
    if (into === 'moved' && isOrder) tokens.push(number);
    else if (into === 'moved') countsByAccount.set(account, (countsByAccount.get(account) ?? 0) + 1);
  } catch (error) {
    fail(own, String(error));
  } finally {
    underWay -= 1;
    if (underWay === 0) onIdle?.();
  }
}

/** Each account has a user of its own per group: the gateway makes a user wait whose writes in one group are not seen in the other yet. */
function userOf(into: Group, account: number): string {
  return `Bearer x.${Buffer.from(JSON.stringify({ sub: `${into} ${account}` })).toString('base64url')}.x`;
}

function fail(own: Turn, reason: string): void {
  own.failures.push(reason);
  failures.push(failures.length < failuresKept ? reason : 'another');
}

/** No further writes are begun; resolves when none is under way. */
async function settle(): Promise<void> {
  clearInterval(timer);
  if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
}

async function stop(): Promise<WholeRun> {
  await settle();
  await pool?.close();
  return { tokens, counts: [...countsByAccount], failures };
}
