-- Whoever is named exists: owners, assignees and authors, the tickets of comments, the people of reset tokens and of the history.
create view referring as
select 'tickets' as name, id, 'user' as kind, "userId" as target from monolith.tickets
union all select 'tickets', id, 'user', "assignedToUserId" from monolith.tickets
union all select 'ticket_comments', id, 'user', "authorId" from monolith.ticket_comments
union all select 'ticket_comments', id, 'ticket', "ticketId" from monolith.ticket_comments
union all select 'password_reset_tokens', id, 'user', "userId" from monolith.password_reset_tokens
union all select 'audit_events', id, 'user', "actorId" from monolith.audit_events;

create table dangling as
select r.* from referring r
where r.target is not null
  and not exists (select from monolith.users u where r.kind = 'user' and u.id = r.target)
  and not exists (select from monolith.tickets t where r.kind = 'ticket' and t.id = r.target);

select 'references' as check, 'lost' as problem, name || ' ' || id as key, 'names the ' || kind || ' ' || target || ', which is not there' as detail
from dangling order by key limit 50;

select 'references' as check, name as "table", count(*) filter (where target is not null)::int as counted,
       (select count(*)::int from dangling d where d.name = r.name) as lost, 0 as doubled, 0 as differing
from referring r group by name order by name;
