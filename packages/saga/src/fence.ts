/** The participant's side of a call: each action once, each undo once, and no action after its undo. */
import type { SqlSession } from '@banyan/outbox/transactions';

export interface FencedStep {
  /** The saga's id. */
  readonly saga: string;
  readonly step: string;
}

/**
 * Call it first in the participant's own transaction, and go by the answer:
 * `go`: do it. `repeated`: it was done before, answer as then. `refused`: an action whose undo has come already; do nothing.
 * `nothing`: an undo whose action never came; do nothing, and the action will be refused. Needs what `installSagas` installs.
 * The empty undo and the refused late action are those of Seata's TCC fence.
 */
export function fence(session: SqlSession, step: FencedStep, kind: 'action'): Promise<'go' | 'repeated' | 'refused'>;
export function fence(session: SqlSession, step: FencedStep, kind: 'undo'): Promise<'go' | 'repeated' | 'nothing'>;
export async function fence(session: SqlSession, { saga, step }: FencedStep, kind: 'action' | 'undo'): Promise<string> {
  // The row stays locked until the participant commits: whoever comes second sees what the first has done.
  const { rows } = await session.query<{ actions: number; undos: number }>(
    `insert into banyan.saga_fences as f (saga, step, actions, undos) values ($1, $2, $3, $4)
     on conflict (saga, step) do update set
       actions = f.actions + case when f.undos = 0 then excluded.actions else 0 end, undos = f.undos + excluded.undos
     returning actions, undos`,
    [saga, step, kind === 'action' ? 1 : 0, kind === 'undo' ? 1 : 0],
  );
  const { actions = 0, undos = 0 } = rows[0] ?? {};
  if (kind === 'action') return undos > 0 ? 'refused' : actions > 1 ? 'repeated' : 'go';
  return undos > 1 ? 'repeated' : actions === 0 ? 'nothing' : 'go';
}

/** The step that an idempotency key of a call stands for: `<saga id>/<step>`. */
export function stepOfKey(idempotencyKey: string): FencedStep {
  const at = idempotencyKey.indexOf('/');
  return { saga: idempotencyKey.slice(0, at), step: idempotencyKey.slice(at + 1) };
}
