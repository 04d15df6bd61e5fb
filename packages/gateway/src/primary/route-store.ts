/** The last known good routes on disk: written whole and durably before they are used, read at start. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crashPoint } from '../crash-points.ts';
import { GatewayError } from '../errors.ts';
import { validateRouteTable, type RouteTable } from '../route-table.ts';

/** Replaces a file so that after a crash it holds either the old text or the new one. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export class RouteStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws GatewayError GATEWAY_ROUTES_UNREADABLE when the file is there but not a valid table */
  read(): RouteTable | undefined {
    if (!existsSync(this.#path)) return undefined;
    try {
      return validateRouteTable(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (cause) {
      throw new GatewayError('GATEWAY_ROUTES_UNREADABLE', `${this.#path} is not a valid route table: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  /** Durable when it returns. @throws GatewayError GATEWAY_ROUTES_UNWRITABLE */
  write(table: RouteTable): void {
    crashPoint('gateway.routes.before-write');
    try {
      writeWhole(this.#path, JSON.stringify(table));
    } catch (cause) {
      throw new GatewayError('GATEWAY_ROUTES_UNWRITABLE', `The routes cannot be kept in ${this.#path}: ${(cause as Error).message}`, {
        cause,
      });
    }
    crashPoint('gateway.routes.written');
  }
}

/** Everything to the monolith: the table of a gateway that was never given one. */
export function firstTable(monolithUrl: string): RouteTable {
  return { version: 0, upstreams: { monolith: monolithUrl }, fallback: 'monolith', routes: [] };
}
