-- Turns the lines of the ledger into rows: one per request, with what was asked and what was told.
-- A request without an answer line (the driver died) is unknown; half lines of a torn write are skipped.
create table ledger as select line::jsonb as line from ledger_lines where line is json object;

create table requests as
select asked.line ->> 'run' as run,
       (asked.line ->> 'id')::int as id,
       asked.line ->> 'trace' as trace,
       (asked.line ->> 'at')::numeric as asked_at,
       (told.line ->> 'at')::numeric as told_at,
       asked.line ->> 'actor' as actor,
       asked.line ->> 'what' as what,
       coalesce(asked.line -> 'facts', '{}') as asked,
       coalesce(told.line ->> 'outcome', 'unknown') as outcome,
       coalesce(told.line -> 'facts', '{}') as told
from ledger asked
left join ledger told
  on told.line ->> 'kind' = 'told' and told.line ->> 'run' = asked.line ->> 'run' and told.line ->> 'id' = asked.line ->> 'id'
where asked.line ->> 'kind' = 'asked';

create index on requests (trace);
analyze requests;
