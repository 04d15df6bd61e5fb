/** Clients of the small system that write and read all the time, and remember every answer. */

import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from '@banyan/proof/test-database';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly visits: number;
}

export class LiveTraffic {
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #clients: Promise<void>[] = [];
  /** Names whose insert was acknowledged, with the id. */
  readonly inserted = new Map<string, number>();
  /** Visits acknowledged and asked for, by user. */
  readonly #acknowledged = new Map<number, number>();
  readonly #asked = new Map<number, number>();
  readonly staleReads: string[] = [];
  readonly statuses = new Map<string, number>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Writers read what they wrote; readers never write, so that their reads may be shadowed and canaried. */
  start(writers = 6, readers = 4, pauseMs = 15): void {
    for (let index = 0; index < writers; index += 1) this.#clients.push(this.#write(index, pauseMs));
    for (let index = 0; index < readers; index += 1) this.#clients.push(this.#read(100 + index, pauseMs));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#clients);
  }

  get writes(): number {
    return this.inserted.size + [...this.#acknowledged.values()].reduce((sum, count) => sum + count, 0);
  }

  async #read(index: number, pauseMs: number): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn += 1) {
      await this.#ask(index, 'GET', `/users/${1 + ((turn + index) % 20)}`);
      await delay(pauseMs);
    }
  }

  async #write(index: number, pauseMs: number): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn += 1) {
      const id = 1 + ((turn * 7 + index) % 20);
      if (turn % 3 === 0) await this.#insert(index, turn);
      else if (turn % 3 === 1) await this.#visit(index, id);
      else await this.#ask(index, 'GET', `/users/${id}`);
      await delay(pauseMs);
    }
  }

  /** Inserts and reads back at once: the writer must see its own write. */
  async #insert(index: number, turn: number): Promise<void> {
    const name = `client ${index} turn ${turn}`;
    const { row } = await this.#ask(index, 'POST', '/users', { name });
    if (row === undefined) return;
    this.inserted.set(name, row.id);
    const own = await this.#ask(index, 'GET', `/users/${row.id}`);
    if (own.status === '404') this.staleReads.push(`${name} at ${new Date().toISOString()}`);
  }

  async #visit(index: number, id: number): Promise<void> {
    this.#asked.set(id, (this.#asked.get(id) ?? 0) + 1);
    const { row } = await this.#ask(index, 'POST', `/users/${id}/visits`);
    if (row !== undefined) this.#acknowledged.set(id, (this.#acknowledged.get(id) ?? 0) + 1);
  }

  /** Status `none`: no answer, so the outcome is unknown. */
  async #ask(index: number, method: string, path: string, body?: unknown): Promise<{ readonly status: string; readonly row?: Row }> {
    const answer = await this.#fetch(index, method, path, body);
    const what = `${method} ${path.replaceAll(/\d+/g, ':id')} ${answer.status}`;
    this.statuses.set(what, (this.statuses.get(what) ?? 0) + 1);
    return answer;
  }

  async #fetch(index: number, method: string, path: string, body: unknown): Promise<{ readonly status: string; readonly row?: Row }> {
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: { 'user-agent': `client-${index}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(15_000),
      });
      const answer = (await response.json()) as Row;
      return { status: String(response.status), ...(response.ok ? { row: answer } : {}) };
    } catch {
      return { status: 'none' };
    }
  }

  /** What the databases lack of what was acknowledged, and have beyond what was asked; empty when nothing is lost or doubled. */
  async faults(databases: Readonly<Record<string, TestDatabase>>): Promise<readonly string[]> {
    const faults: string[] = this.staleReads.map((name) => `"${name}" was not seen by its own writer`);
    for (const [side, database] of Object.entries(databases)) {
      const { rows } = await database.query<Row>('select id, name, visits from users');
      const byName = new Map(rows.map((row) => [row.name, row]));
      if (byName.size !== rows.length) faults.push(`${side}: ${rows.length - byName.size} names are there twice`);
      for (const [name, id] of this.inserted)
        if (byName.get(name)?.id !== id) faults.push(`${side}: "${name}" (${id}) was acknowledged and is not there`);
      for (const row of rows.filter((it) => it.id <= 20)) {
        const acknowledged = this.#acknowledged.get(row.id) ?? 0;
        const asked = this.#asked.get(row.id) ?? 0;
        if (row.visits < acknowledged || row.visits > asked)
          faults.push(`${side}: user ${row.id} has ${row.visits} visits, acknowledged ${acknowledged}, asked ${asked}`);
      }
    }
    return faults;
  }
}
