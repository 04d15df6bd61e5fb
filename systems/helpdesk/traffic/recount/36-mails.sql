-- Whatever tells somebody something has queued one mail: sign-ups, reset links, and what became of the traffic's own tickets, whose titles are unique.
create table mailed as
select 'Welcome to Helpdesk' as subject, email as recipient, outcome from sign_ups
union all
select 'Password Reset Request', r.asked ->> 'email', r.outcome from requests r where r.what = 'forgot password' and r.outcome in ('done', 'unknown')
union all
select 'Ticket Status Updated: ' || c.title, null, s.outcome from status_changes s join creations c on c.ticket_id = s.ticket_id
union all
select 'Ticket Assignment Update: ' || c.title, null, a.outcome from assignments a join creations c on c.ticket_id = a.ticket_id;

create table queued as
select subject, "to" as recipient, count(*)::int as rows from monolith.email_outbox group by 1, 2;
create table queued_before as
select subject, "to" as recipient, count(*)::int as rows from monolith_before.email_outbox group by 1, 2;

create table compared_mails as
select e.subject, e.recipient, e.acknowledged, e.unknown,
       (select coalesce(sum(q.rows), 0)::int from queued q where q.subject = e.subject and (e.recipient is null or q.recipient = e.recipient))
         - (select coalesce(sum(b.rows), 0)::int from queued_before b where b.subject = e.subject and (e.recipient is null or b.recipient = e.recipient)) as added
from (select subject, recipient, count(*) filter (where outcome = 'done')::int as acknowledged, count(*) filter (where outcome = 'unknown')::int as unknown
      from mailed group by 1, 2) e;

create view mail_findings as
select 'mails' as check, case when added < acknowledged then 'lost' else 'doubled' end as problem, concat_ws(' to ', subject, recipient) as key,
       acknowledged || ' acknowledged, ' || unknown || ' unknown, ' || added || ' queued' as detail,
       case when added < acknowledged then acknowledged - added else added - acknowledged - unknown end as mails
from compared_mails where added < acknowledged or added > acknowledged + unknown
union all
select 'mails', 'differing', q.subject, 'to ' || q.recipient || ', the owner is ' || u.email, q.rows
from creations c
join monolith.users u on u.id = c.owner_id
join queued q on q.subject in ('Ticket Status Updated: ' || c.title, 'Ticket Assignment Update: ' || c.title)
where q.recipient <> u.email;

select "check", problem, key, detail from mail_findings order by problem, key limit 50;

select 'mails' as check, 'email_outbox' as "table", coalesce((select sum(acknowledged) from compared_mails), 0)::int as counted,
       coalesce(sum(mails) filter (where problem = 'lost'), 0)::int as lost,
       coalesce(sum(mails) filter (where problem = 'doubled'), 0)::int as doubled,
       coalesce(sum(mails) filter (where problem = 'differing'), 0)::int as differing
from mail_findings;

create table figures as
select 'mails waiting' as name, count(*)::numeric as value from monolith.email_outbox where sent = 'false' and attempts::int < 5
union all select 'mails given up', count(*) from monolith.email_outbox where sent = 'false' and attempts::int >= 5;
