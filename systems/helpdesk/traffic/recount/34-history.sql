-- Whatever was acknowledged is noted once, whatever was answered with nothing once at most. Each change that the traffic asks for is a real one.
create table notable as
select ticket_id as entity_id, 'ticket.created' as action, outcome from creations where ticket_id is not null
union all select ticket_id, 'ticket.status_changed', outcome from status_changes
union all select ticket_id, case when assignee_id is null then 'ticket.unassigned' else 'ticket.assigned' end, outcome from assignments
union all select ticket_id, 'ticket.deleted', outcome from deleted_tickets where is_by_itself
union all select user_id, 'user.signup', outcome from sign_ups where user_id is not null
union all select user_id, 'user.deleted', outcome from deleted_users
union all select user_id, 'user.role_changed', outcome from roles
union all
select s.user_id, case r.what when 'forgot password' then 'user.forgot_password_requested' else 'user.password_reset' end, r.outcome
from requests r join sign_ups s on s.email = r.asked ->> 'email'
where r.what in ('forgot password', 'reset password') and r.outcome in ('done', 'unknown') and s.user_id is not null;

create table noted as
select "entityId" as entity_id, action, count(*)::int as rows from monolith.audit_events group by 1, 2;
create table noted_before as
select "entityId" as entity_id, action, count(*)::int as rows from monolith_before.audit_events group by 1, 2;

create table compared_notes as
select e.entity_id, e.action, e.acknowledged, e.unknown, coalesce(n.rows, 0) - coalesce(b.rows, 0) as added
from (select entity_id, action, count(*) filter (where outcome = 'done')::int as acknowledged, count(*) filter (where outcome = 'unknown')::int as unknown
      from notable group by 1, 2) e
left join noted n using (entity_id, action)
left join noted_before b using (entity_id, action);

create view history_findings as
select 'history' as check, case when added < acknowledged then 'lost' else 'doubled' end as problem, action || ' ' || entity_id as key,
       acknowledged || ' acknowledged, ' || unknown || ' unknown, ' || added || ' noted' as detail,
       case when added < acknowledged then acknowledged - added else added - acknowledged - unknown end as entries
from compared_notes where added < acknowledged or added > acknowledged + unknown
union all
-- Who did it is the one who asked, or nobody once that one is gone.
select 'history', 'differing', 'ticket.created ' || c.ticket_id, 'by ' || coalesce(a."actorId", 'nobody') || ', asked for by ' || c.owner_id, 1
from creations c join monolith.audit_events a on a."entityId" = c.ticket_id and a.action = 'ticket.created'
where a."actorId" is distinct from c.owner_id and not exists (select from deleted_users d where d.user_id = c.owner_id);

select "check", problem, key, detail from history_findings order by problem, key limit 50;

select 'history' as check, 'audit_events' as "table", coalesce((select sum(acknowledged) from compared_notes), 0)::int as counted,
       coalesce(sum(entries) filter (where problem = 'lost'), 0)::int as lost,
       coalesce(sum(entries) filter (where problem = 'doubled'), 0)::int as doubled,
       coalesce(sum(entries) filter (where problem = 'differing'), 0)::int as differing
from history_findings;
