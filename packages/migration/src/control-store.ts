/** The stored state of a migration: extractions, moves, evidence. Every change is one transaction of the controller in charge. */

import { randomUUID } from 'node:crypto';
import { appendAudit } from './audit.ts';
import type { NewAuditEntry } from './audit.ts';
import type { ControlDatabase, Query } from './control-database.ts';
import { MigrationError } from './errors.ts';
import type { Stage, Step, Work } from './stages.ts';
import type { ExtractionState, Follows, Move, MoveStatus } from './state.ts';

export interface Evidence {
  readonly id: number;
  readonly extraction: string;
  /** `verification`, `gates`, `cutover`, `way-back`, `rehearsal`. */
  readonly kind: string;
  readonly at: string;
  readonly body: unknown;
}

export interface NewMove {
  readonly extraction: string;
  readonly step: Step;
  readonly actor: string;
  readonly reason?: string;
  readonly forced: boolean;
  /** Gates and numbers on which the move was begun; goes to the audit. */
  readonly evidence: unknown;
}

export interface MigrationSnapshot {
  readonly routeVersion: number;
  readonly states: readonly ExtractionState[];
}

/** What may be changed of a stored state. */
export type StateChange = Partial<Omit<ExtractionState, 'name' | 'enteredAt'>>;

/** Per extraction and kind, older evidence than this many rows is dropped. */
const evidenceKept = 500;
const utc = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export class ControlStore {
  readonly database: ControlDatabase;

  constructor(database: ControlDatabase) {
    this.database = database;
  }

  /** Makes a row for each extraction that has none yet; those no longer in the plan keep theirs. */
  async ensureExtractions(names: readonly string[]): Promise<void> {
    await this.database.transaction((query) =>
      query('insert into banyan.extraction (name, stage) select name, $2 from unnest($1::text[]) as name on conflict do nothing', [
        names,
        'planned',
      ]),
    );
  }

  async snapshot(): Promise<MigrationSnapshot> {
    const states = await this.database.read<StateRow>(`select *, ${utc('entered_at')} as entered from banyan.extraction order by name`);
    const version = await this.database.read<{ route_version: string }>('select route_version from banyan.controller');
    return { routeVersion: Number(version[0]?.route_version ?? 0), states: states.map(rowToState) };
  }

  /** Changes an extraction and the version of the routes together; returns the new version. */
  async saveState(name: string, change: StateChange): Promise<number> {
    return this.saveStates({ [name]: change });
  }

  /** As `saveState`, for several that change together. */
  async saveStates(changes: Readonly<Record<string, StateChange>>): Promise<number> {
    return this.database.transaction(async (query) => {
      for (const [name, change] of Object.entries(changes)) await saveChange(query, name, change);
      return raiseVersion(query, 0);
    });
  }

  /** A new version, above `atLeast`, for an unchanged state: after a start, or when a gateway knows a newer one. */
  async raiseRouteVersion(atLeast = 0): Promise<number> {
    return this.database.transaction((query) => raiseVersion(query, atLeast));
  }

  /** Stores a move and its audit entry before anything is done. `MIGRATION_MOVE_RUNNING` when one is being made. */
  async beginMove(move: NewMove): Promise<Move> {
    const requestId = randomUUID();
    const { step } = move;
    const rows = await this.database.transaction(async (query) => {
      const running = await query<{ extraction: string; kind: string }>(
        "select extraction, kind from banyan.move where status = 'running' and request_id <> $1",
        [requestId],
      );
      if (running[0] !== undefined) {
        throw new MigrationError('MIGRATION_MOVE_RUNNING', `"${running[0].kind} ${running[0].extraction}" is being made.`);
      }
      await query(
        `insert into banyan.move (request_id, extraction, kind, work, from_stage, from_share, to_stage, to_share, actor, reason, forced)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (request_id) do nothing`,
        [
          requestId,
          move.extraction,
          step.kind,
          step.work,
          step.from.stage,
          step.from.sharePercent,
          step.to.stage,
          step.to.sharePercent,
          move.actor,
          move.reason ?? null,
          move.forced,
        ],
      );
      await appendAudit(query, auditOf(requestId, move));
      return query<MoveRow>(`${selectMove} where request_id = $1`, [requestId]);
    });
    return rowToMove(rows[0] as MoveRow);
  }

  /** Records the step a move is about to take. */
  async setMoveStep(id: number, step: string): Promise<void> {
    await this.database.transaction((query) => query('update banyan.move set step = $2 where id = $1', [id, step]));
  }

  /** Ends a move, with an audit entry; ending it again changes nothing. */
  async finishMove(move: Move, status: Exclude<MoveStatus, 'running'>, detail: unknown): Promise<Move> {
    const entryId = randomUUID();
    const rows = await this.database.transaction(async (query) => {
      await query('update banyan.move set status = $2, finished_at = now() where id = $1', [move.id, status]);
      const entry = { from: move.from, to: move.to, forced: move.forced, outcome: detail };
      await appendAudit(query, {
        entryId,
        actor: move.actor,
        action: `${move.kind}.${status}`,
        extraction: move.extraction,
        ...(move.reason === undefined ? {} : { reason: move.reason }),
        detail: entry,
      });
      return query<MoveRow>(`${selectMove} where id = $1`, [move.id]);
    });
    return rowToMove(rows[0] as MoveRow);
  }

  async runningMove(): Promise<Move | undefined> {
    const rows = await this.database.read<MoveRow>(`${selectMove} where status = 'running'`);
    return rows[0] === undefined ? undefined : rowToMove(rows[0]);
  }

  async move(id: number): Promise<Move | undefined> {
    const rows = await this.database.read<MoveRow>(`${selectMove} where id = $1`, [id]);
    return rows[0] === undefined ? undefined : rowToMove(rows[0]);
  }

  /** The newest moves first. */
  async recentMoves(limit = 20): Promise<readonly Move[]> {
    const rows = await this.database.read<MoveRow>(`${selectMove} order by id desc limit $1`, [limit]);
    return rows.map(rowToMove);
  }

  async addEvidence(extraction: string, kind: string, body: unknown): Promise<void> {
    await this.database.transaction(async (query) => {
      await query('insert into banyan.evidence (extraction, kind, body) values ($1, $2, $3)', [extraction, kind, JSON.stringify(body)]);
      await query(
        `delete from banyan.evidence where extraction = $1 and kind = $2 and id <=
           (select id from banyan.evidence where extraction = $1 and kind = $2 order by id desc offset $3 limit 1)`,
        [extraction, kind, evidenceKept],
      );
    });
  }

  /** The newest first; `kind` and `extraction` narrow it. */
  async evidence(
    filter: { readonly extraction?: string; readonly kind?: string; readonly limit?: number } = {},
  ): Promise<readonly Evidence[]> {
    const rows = await this.database.read<{ id: string; extraction: string; kind: string; body: unknown; at_text: string }>(
      `select id, extraction, kind, body, ${utc('at')} as at_text from banyan.evidence
       where ($1::text is null or extraction = $1) and ($2::text is null or kind = $2) order by id desc limit $3`,
      [filter.extraction ?? null, filter.kind ?? null, filter.limit ?? 100],
    );
    return rows.map((row) => ({ id: Number(row.id), extraction: row.extraction, kind: row.kind, at: row.at_text, body: row.body }));
  }

  /** An audit entry that belongs to no move. */
  async addAudit(entry: NewAuditEntry): Promise<void> {
    const entryId = entry.entryId ?? randomUUID();
    await this.database.transaction((query) => appendAudit(query, { ...entry, entryId }));
  }
}

function auditOf(requestId: string, move: NewMove): NewAuditEntry {
  const { step } = move;
  return {
    entryId: requestId,
    actor: move.actor,
    action: `${step.kind}.begun`,
    extraction: move.extraction,
    ...(move.reason === undefined ? {} : { reason: move.reason }),
    detail: { from: step.from, to: step.to, forced: move.forced, evidence: move.evidence },
  };
}

async function saveChange(query: Query, name: string, change: StateChange): Promise<void> {
  await query(
    `update banyan.extraction set
       entered_at = case when ($2::text is not null and $2 <> stage) or ($3::int is not null and $3 <> share_percent) then now() else entered_at end,
       stage = coalesce($2, stage), share_percent = coalesce($3, share_percent), follows = coalesce($4, follows),
       held = coalesce($5, held), side_programs_stopped = coalesce($6, side_programs_stopped), lost = coalesce($7, lost)
     where name = $1`,
    [
      name,
      change.stage ?? null,
      change.sharePercent ?? null,
      change.follows ?? null,
      change.held ?? null,
      change.sideProgramsStopped ?? null,
      change.lost ?? null,
    ],
  );
}

async function raiseVersion(query: Query, atLeast: number): Promise<number> {
  const rows = await query<{ route_version: string }>(
    'update banyan.controller set route_version = greatest(route_version, $1) + 1 returning route_version',
    [atLeast],
  );
  return Number(rows[0]?.route_version);
}

interface StateRow {
  readonly name: string;
  readonly stage: Stage;
  readonly share_percent: number;
  readonly follows: Follows;
  readonly held: boolean;
  readonly side_programs_stopped: boolean;
  readonly lost: boolean;
  readonly entered: string;
}

function rowToState(row: StateRow): ExtractionState {
  return {
    name: row.name,
    stage: row.stage,
    sharePercent: row.share_percent,
    follows: row.follows,
    held: row.held,
    sideProgramsStopped: row.side_programs_stopped,
    lost: row.lost,
    enteredAt: row.entered,
  };
}

const selectMove = `select *, ${utc('started_at')} as started, ${utc('finished_at')} as finished from banyan.move`;

interface MoveRow {
  readonly id: string;
  readonly extraction: string;
  readonly kind: Move['kind'];
  readonly work: Work;
  readonly from_stage: Stage;
  readonly from_share: number;
  readonly to_stage: Stage;
  readonly to_share: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly forced: boolean;
  readonly step: string;
  readonly status: MoveStatus;
  readonly started: string;
  readonly finished: string | null;
}

function rowToMove(row: MoveRow): Move {
  return {
    id: Number(row.id),
    extraction: row.extraction,
    kind: row.kind,
    work: row.work,
    from: { stage: row.from_stage, sharePercent: row.from_share },
    to: { stage: row.to_stage, sharePercent: row.to_share },
    actor: row.actor,
    ...(row.reason === null ? {} : { reason: row.reason }),
    forced: row.forced,
    step: row.step,
    status: row.status,
    startedAt: row.started,
    ...(row.finished === null ? {} : { finishedAt: row.finished }),
  };
}
