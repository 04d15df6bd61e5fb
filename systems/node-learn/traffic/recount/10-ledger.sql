-- Turns the lines of the ledger into rows: one per request, with what was asked and what was told.
-- A request without an answer line (the driver died) is unknown; half lines of a torn write are skipped.
create table ledger as select line::jsonb as line from ledger_lines where line is json object;

create table requests as
select asked.line ->> 'run' as run,
       (asked.line ->> 'id')::int as id,
       (asked.line ->> 'at')::numeric as asked_at,
       asked.line ->> 'actor' as actor,
       asked.line ->> 'what' as what,
       coalesce(asked.line -> 'facts', '{}') as asked,
       coalesce(told.line ->> 'outcome', 'unknown') as outcome,
       coalesce(told.line -> 'facts', '{}') as told
from ledger asked
left join ledger told
  on told.line ->> 'kind' = 'told' and told.line ->> 'run' = asked.line ->> 'run' and told.line ->> 'id' = asked.line ->> 'id'
where asked.line ->> 'kind' = 'asked';

-- Before a service exists there is one side only; the files below can then still be run.
create schema if not exists auth;
create table if not exists auth.users (like monolith.users);
create table if not exists auth.users_id_seq (like monolith.users_id_seq);

create view users_everywhere as
select 'monolith' as side, id, google_id, email, name, picture from monolith.users where exists (select from sides where side = 'monolith')
union all
select 'auth', id, google_id, email, name, picture from auth.users where exists (select from sides where side = 'auth');
