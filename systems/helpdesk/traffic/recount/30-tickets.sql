-- Every ticket whose creation was acknowledged is one row, unless it or its owner was deleted; its status is that of the last acknowledged change, or of
-- the unknown one after it. After an unknown answer the traffic leaves a ticket alone.
create table status_changes as
select asked ->> 'ticketId' as ticket_id, asked ->> 'status' as status, asked ->> 'actorId' as actor_id, outcome,
       row_number() over (partition by asked ->> 'ticketId' order by asked_at, run, id) as turn
from requests where what = 'status' and outcome in ('done', 'unknown');
create index on status_changes (ticket_id);

create table assignments as
select asked ->> 'ticketId' as ticket_id, asked ->> 'assignedToUserId' as assignee_id, outcome,
       row_number() over (partition by asked ->> 'ticketId' order by asked_at, run, id) as turn
from requests where what = 'assign' and outcome in ('done', 'unknown');
create index on assignments (ticket_id);

create table last_changes as
select ticket_id, max(turn) filter (where outcome = 'done') as last_done from status_changes group by ticket_id;
create table last_assignments as
select ticket_id, max(turn) filter (where outcome = 'done') as last_done from assignments group by ticket_id;

create view ticket_findings as
select 'tickets' as check, 'lost' as problem, c.title as key, 'created as ' || c.ticket_id || ', no row' as detail
from creations c
where c.outcome = 'done' and not exists (select from monolith.tickets t where t.id = c.ticket_id)
  and not exists (select from deleted_tickets d where d.ticket_id = c.ticket_id)
union all
select 'tickets', 'doubled', t.title, count(*) || ' rows' from monolith.tickets t join creations c on c.title = t.title group by t.title having count(*) > 1
union all
select 'tickets', 'doubled', d.ticket_id, 'was deleted, and is still there'
from deleted_tickets d join monolith.tickets t on t.id = d.ticket_id where d.outcome = 'done'
union all
select 'tickets', 'differing', c.ticket_id, 'created as "' || c.title || '" of ' || c.owner_id || ', the row says "' || t.title || '" of ' || t."userId"
from creations c join monolith.tickets t on t.id = c.ticket_id where (t.title, t."userId") <> (c.title, c.owner_id)
union all
select 'tickets', 'differing', t.id, 'the row says ' || t.status || ', acknowledged was ' || coalesce((select s.status from status_changes s where s.ticket_id = t.id and s.turn = l.last_done), 'nothing')
from monolith.tickets t join last_changes l on l.ticket_id = t.id
where l.last_done is not null
  and t.status not in (select s.status from status_changes s where s.ticket_id = t.id and s.turn >= l.last_done)
union all
-- Who is gone has nothing to do any more.
select 'tickets', 'differing', t.id, 'assigned to ' || coalesce(t."assignedToUserId", 'nobody') || ', which nobody has asked for'
from monolith.tickets t join last_assignments l on l.ticket_id = t.id
where l.last_done is not null
  and not exists (select from assignments a where a.ticket_id = t.id and a.turn >= l.last_done and a.assignee_id is not distinct from t."assignedToUserId")
  and not (t."assignedToUserId" is null and exists (
    select from assignments a join deleted_users d on d.user_id = a.assignee_id where a.ticket_id = t.id and a.turn >= l.last_done));

select * from ticket_findings order by problem, key limit 50;

select 'tickets' as check, 'tickets' as "table",
       (select count(*)::int from creations where outcome = 'done') + (select count(*)::int from status_changes where outcome = 'done')
         + (select count(*)::int from assignments where outcome = 'done') as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from ticket_findings;
