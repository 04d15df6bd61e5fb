/** The databases of one rehearsal: beside the live ones, named after them, and dropped whatever happened. */

import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier } from 'pg';
import type { Client } from 'pg';
import { inDatabase } from './in-database.ts';

const scratchRoles = ['monolith', 'twin', 'partner', 'service', 'idle', 'broker'] as const;
export type ScratchRole = (typeof scratchRoles)[number];

const prefix = 'banyan_rehearsal_';
const nameMax = 63;

/** The same at every rehearsal, so that the next one finds what a killed one left. */
function scratchUrl(liveUrl: string, role: ScratchRole): string {
  const url = new URL(liveUrl);
  url.pathname = `/${`${prefix}${role}_${url.pathname.slice(1)}`.slice(0, nameMax)}`;
  return url.href;
}

/** Empty, or a copy of `template`, to which nobody may be connected. One that is there already goes first. */
export async function createScratch(liveUrl: string, role: ScratchRole, template?: string): Promise<string> {
  const url = scratchUrl(liveUrl, role);
  await inDatabase(liveUrl, async (client) => {
    await drop(client, databaseOf(url));
    const like = template === undefined ? 'template0' : escapeIdentifier(databaseOf(template));
    await client.query(`create database ${escapeIdentifier(databaseOf(url))} template ${like}`);
  });
  return url;
}

/** Drops what a rehearsal between these databases has made, on each one's server; answers how many there were. */
export async function dropScratches(liveUrls: readonly string[]): Promise<number> {
  let dropped = 0;
  for (const liveUrl of liveUrls) {
    const names = scratchRoles.map((role) => databaseOf(scratchUrl(liveUrl, role)));
    dropped += await inDatabase(liveUrl, async (client) => {
      const { rows } = await client.query<{ name: string }>('select datname as name from pg_database where datname = any ($1)', [names]);
      for (const { name } of rows) await drop(client, name);
      return rows.length;
    });
  }
  return dropped;
}

/** Whether a database is of a rehearsal, by its name. */
export function isScratch(name: string): boolean {
  return name.startsWith(prefix);
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

const triesMax = 100;

/** FORCE ends sessions but not walsenders of logical slots; those are ended first, and may need a moment to let go. */
async function drop(client: Client, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active_pid is not null', [
      name,
    ]);
    try {
      await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== '55006' || tries === triesMax) throw error;
      await delay(50);
    }
  }
}
