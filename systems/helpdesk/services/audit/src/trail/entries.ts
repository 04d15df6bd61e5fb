/** Entries as they are shown: the history of a ticket to everybody, all of them to administrators. */
import type { AuditSearch } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database.ts';
import { People, type Person } from '../people.ts';
import { AUDIT_SETTINGS, type AuditSettings } from '../settings.ts';

interface EntryRow {
  readonly actorId: string | null;
}

@Injectable()
export class Entries {
  constructor(
    @Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(People) private readonly people: People,
  ) {}

  /** The newest first; empty for a ticket that nobody has heard of. */
  async ofTicket(id: string): Promise<object[]> {
    const { rows } = await this.database.pool.query<EntryRow>(
      `select ${shown('"actorId"')} from entries where "isShown" and "entityType" = 'ticket' and "entityId" = $1 order by "createdAt" desc`,
      [id],
    );
    return this.withActors(rows);
  }

  /** One page of what meets all that is asked for, also of what no history shows. */
  async search({ page, limit, ...wanted }: AuditSearch): Promise<object> {
    const actor = this.settings.FLAGS.has('fix.role_actor') ? 'coalesce("actorId", "hiddenActorId")' : '"actorId"';
    const { action, entityType, entityId, actorId, from, to } = wanted;
    const found = `from entries where ($1::text is null or action = $1) and ($2::text is null or "entityType" = $2)
      and ($3::text is null or "entityId" = $3) and ($4::text is null or ${actor} = $4)
      and ($5::timestamp is null or "createdAt" >= $5) and ($6::timestamp is null or "createdAt" < $6)`;
    const values = [action, entityType, entityId, actorId, from, to];
    const [items, counted] = await Promise.all([
      this.database.pool.query<EntryRow>(
        `select ${shown(actor)}, "correlationId", "isShown" ${found} order by "createdAt" desc, id limit $7 offset $8`,
        [...values, limit, (page - 1) * limit],
      ),
      this.database.pool.query<{ total: number }>(`select count(*)::int as total ${found}`, values),
    ]);
    return { items: await this.withActors(items.rows), total: counted.rows[0]?.total ?? 0, page, limit };
  }

  private async withActors(rows: readonly EntryRow[]): Promise<object[]> {
    const people = await this.people.named(rows.flatMap(({ actorId }) => actorId ?? []));
    return rows.map((row) => ({ ...row, ...actorOf(row, people) }));
  }
}

/** What a client is shown, in this order; the actor follows. */
function shown(actor: string): string {
  return `id, ${actor} as "actorId", action, "entityType", "entityId", metadata, "createdAt" at time zone 'UTC' as "createdAt"`;
}

/** Whoever is gone is nobody, also before that is heard here. */
function actorOf({ actorId }: EntryRow, people: ReadonlyMap<string, Person>): { actorId: string | null; actor: Person | null } {
  const actor = people.get(actorId ?? '') ?? null;
  return { actorId: actor?.id ?? null, actor };
}
