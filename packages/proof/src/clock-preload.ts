// Node preload (`node --import @banyan/proof/clock-preload`): the time of an unmodified program follows orders from a file.
// BANYAN_CLOCK_FILE names the file. Date moves at once; timers of a minute and more fire as if that time had passed.
// Not moved: performance.now, timers/promises, shorter timers (they are time-outs of work under way, not dates).
import { existsSync, mkdirSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import timers from 'node:timers';
import { type ClockOrder } from './clock.ts';

const longMs = 60_000;

interface LongTimer {
  dueAt: number;
  current: NodeJS.Timeout;
  readonly fire: () => void;
}

const file = process.env['BANYAN_CLOCK_FILE'];
if (file !== undefined) install(file);

function install(file: string): void {
  const RealDate = Date;
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = timers;
  const longTimers = new Map<NodeJS.Timeout, LongTimer>();
  let offsetMs = 0;
  const now = () => RealDate.now() + offsetMs;

  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parameters, self) => Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, self) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });

  const shiftedSetTimeout = (callback: (...parameters: unknown[]) => void, delayMs?: number, ...parameters: unknown[]): NodeJS.Timeout => {
    if (delayMs === undefined || !(delayMs >= longMs)) return realSetTimeout(callback, delayMs, ...parameters);
    const fire = () => {
      longTimers.delete(handle);
      callback(...parameters);
    };
    const handle = realSetTimeout(fire, delayMs);
    longTimers.set(handle, { dueAt: now() + delayMs, current: handle, fire });
    return handle;
  };
  const shiftedClearTimeout = (handle?: NodeJS.Timeout | string | number) => {
    const long = typeof handle === 'object' ? longTimers.get(handle) : undefined;
    if (long !== undefined) {
      realClearTimeout(long.current);
      longTimers.delete(handle as NodeJS.Timeout);
    }
    realClearTimeout(handle);
  };
  const replacements = {
    setTimeout: Object.assign(shiftedSetTimeout, { __promisify__: realSetTimeout.__promisify__ }),
    clearTimeout: shiftedClearTimeout,
  };
  Object.assign(globalThis, replacements);
  Object.assign(timers, replacements);
  syncBuiltinESMExports();

  const rearm = () => {
    for (const [handle, long] of longTimers) {
      realClearTimeout(long.current);
      // Node may fire a timer up to a millisecond before Date says so; a job that fires before midnight would wait for the next.
      long.current = realSetTimeout(long.fire, Math.max(1, long.dueAt - now() + 2));
      if (!handle.hasRef()) long.current.unref();
    }
  };
  follow(file, (order) => {
    offsetMs = order.offsetMs;
    rearm();
  });
}

/** Watches the folder, because the file is replaced by renaming; a file that is there already counts. */
function follow(file: string, obey: (order: ClockOrder) => void): void {
  let seen = '';
  const look = () => {
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    if (text === seen) return;
    seen = text;
    obey(JSON.parse(text) as ClockOrder);
    writeWhole(`${file}.seen`, text);
  };
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(`${file}.began`, String(Date.now()));
  watch(dirname(file), { persistent: false }, (_event, name) => {
    if (name === basename(file)) look();
  });
  look();
}

/** Several programs may follow one file. */
function writeWhole(file: string, text: string): void {
  const own = `${file}.${process.pid}.new`;
  writeFileSync(own, text);
  renameSync(own, file);
}
