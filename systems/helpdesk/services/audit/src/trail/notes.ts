/** Keeps what has happened, each event once, whichever way it comes; and forgets who has done it once they are gone. */
import { done, type Outcome, retry } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';
import { TRANSACTIONS } from '@banyan/nest';
import type { SqlSession, Transactions } from '@banyan/outbox';
import type { Entry } from '@helpdesk/contracts/entries';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import { noteOf } from './note-of.ts';

export interface Cause {
  /** Of the event. */
  readonly id: string;
  /** When it happened, ISO 8601 in UTC. */
  readonly time: string;
}

/** As long as the monolith has the entries, its foreign key lets go of who is gone, and that flows here. */
const letGo = { afterMs: 500, attemptsMax: 5 };

@Injectable()
export class Notes {
  constructor(@Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>) {}

  /** As note(), of an event that comes in its turn: up to here everything of its key is noted. */
  async hear(event: EventEnvelope<Record<string, unknown>>): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      await this.note(event);
      await session.query(
        `insert into last_heard as h (source, key, sequence) values ($1, $2, $3)
         on conflict (source, key) do update set sequence = excluded.sequence where h.sequence < excluded.sequence`,
        [event.source, event.partitionkey, event.sequence],
      );
      crashPoint('audit.note.before-commit');
    });
  }

  /** In the transaction around the caller, or one of its own. Rejects behind the fence of a cutover. */
  async note(event: EventEnvelope<Record<string, unknown>>): Promise<void> {
    await this.transactions.run(async ({ session }) => {
      const note = noteOf(event);
      if (note !== undefined) {
        const { actorId, hiddenActorId, isShown } = note;
        await holdActors(session, [actorId, hiddenActorId]);
        await session.query(
          `insert into noted_events (${columns}, "hiddenActorId", "correlationId", "isShown")
           values (${values}, ${unlessGone('$8')}, $9, $10) on conflict (id) do nothing`,
          [...valuesOf(event, note), hiddenActorId, event.correlationid, isShown],
        );
        if (isShown && (await isOwner(session))) await insertEntry(session, event, note);
      }
    });
  }

  /** An entry that somebody else has made of an event. False while this service does not own the entries; rejects behind the fence of a cutover. */
  async keep(cause: Cause, entry: Entry): Promise<boolean> {
    return this.transactions.run(async ({ session }) => {
      if (!(await isOwner(session))) return false;
      await holdActors(session, [entry.actorId]);
      await insertEntry(session, cause, entry);
      crashPoint('audit.hand-over.before-commit');
      return true;
    });
  }

  /** The number up to which every event of a ticket, or of whatever else, is noted; "0" before the first. */
  async lastHeard(source: string, key: string): Promise<string> {
    const { rows } = await this.transactions.run(({ session }) =>
      session.query<{ sequence: string }>('select sequence::text from last_heard where source = $1 and key = $2', [source, key]),
    );
    return rows[0]?.sequence ?? '0';
  }

  /** What they have done was done by nobody, also what is heard of later. */
  async forgetActor(id: string, attempt: number): Promise<Outcome> {
    return this.transactions.run(async ({ session }) => {
      await session.query(`select pg_advisory_xact_lock(${lockOf('$1')})`, [id]);
      await session.query('insert into gone_actors (id) values ($1) on conflict do nothing', [id]);
      await session.query('update noted_events set "actorId" = null where "actorId" = $1', [id]);
      await session.query('update noted_events set "hiddenActorId" = null where "hiddenActorId" = $1', [id]);
      if (await isOwner(session)) await session.query('update audit_events set "actorId" = null where "actorId" = $1', [id]);
      else if (attempt < letGo.attemptsMax && (await isNamed(session, id)))
        return retry(letGo.afterMs, 'The monolith still names who is gone');
      crashPoint('audit.actor-gone.before-commit');
      return done;
    });
  }
}

const columns = `id, "actorId", action, "entityType", "entityId", metadata, "createdAt"`;
const unlessGone = (id: string) => `(select ${id}::text where not exists (select from gone_actors where id = ${id}::text))`;
const values = `$1, ${unlessGone('$2')}, $3, $4, $5, $6, $7`;

function valuesOf({ id, time }: Cause, { actorId, action, entityType, entityId, metadata }: Entry): readonly unknown[] {
  return [id, actorId, action, entityType, entityId, metadata, time];
}

async function insertEntry(session: SqlSession, cause: Cause, entry: Entry): Promise<void> {
  await session.query(`insert into audit_events (${columns}) values (${values}) on conflict (id) do nothing`, [...valuesOf(cause, entry)]);
}

/** Until the transaction ends nobody of them goes. What looks whether they are gone comes in a statement after this one. */
async function holdActors(session: SqlSession, ids: readonly (string | null)[]): Promise<void> {
  const text = `select pg_advisory_xact_lock_shared(${lockOf('id')}) from unnest($1::text[]) as actor (id) where id is not null`;
  await session.query(text, [ids]);
}

function lockOf(id: string): string {
  return `hashtextextended(${id}, 7233031)`;
}

async function isNamed(session: SqlSession, id: string): Promise<boolean> {
  return (await session.query('select from audit_events where "actorId" = $1 limit 1', [id])).rowCount === 1;
}

async function isOwner(session: SqlSession): Promise<boolean> {
  const { rowCount } = await session.query(`select from banyan.owners where extraction = 'audit' and owner = 'audit'`);
  return rowCount === 1;
}
