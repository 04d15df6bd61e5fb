/** What is asked of the tables of set-aside events. Clauses come from filterClause(), values never stand in the text. */

export const setAsideStatement = 'select banyan.set_event_aside($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as outcome';

export const pruneStatement = `
  with gone as (
    delete from banyan.inbox where ctid = any (array(
      select ctid from banyan.inbox
      where noted_at < clock_timestamp() - $1::float8 * interval '1 millisecond' and status <> 'set-aside' limit $2 for update skip locked
    )) returning 1
  ) select count(*)::integer as pruned from gone`;

export function listStatement(clause: string, values: number): string {
  return `select * from banyan.set_aside where ${clause} order by id limit $${values + 1}`;
}

export function countStatement(clause: string): string {
  return `select consumer_group as "group", type, state, error, count(*)::integer as count, count(distinct (generation, lane))::integer as keys
    from banyan.set_aside where ${clause} group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4`;
}

export function redriveStatement(clause: string, values: number): string {
  return `select banyan.redrive_dead(${deadIds(clause, values)}) as resolved`;
}

export function discardStatement(clause: string, values: number): string {
  return `select banyan.discard_dead(${deadIds(clause, values)}, $${values + 2}, $${values + 3}) as resolved`;
}

function deadIds(clause: string, values: number): string {
  return `array(select id from banyan.set_aside where state = 'dead' and ${clause} order by id limit $${values + 1})`;
}

export function discardedStatement(clause: string, values: number): string {
  return `select * from banyan.discarded where ${clause} order by id limit $${values + 1}`;
}
