-- Every acknowledged comment is one row, unless its ticket or its author is gone. No two comments of the traffic have the same words.
create table said as
select asked ->> 'body' as body, asked ->> 'ticketId' as ticket_id, asked ->> 'authorId' as author_id, outcome
from requests where what = 'comment' and outcome in ('done', 'unknown');

create table vanished as
select s.body, bool_or(g.outcome = 'done') as is_certain
from said s
join (select 'ticket' as kind, ticket_id as id, outcome from deleted_tickets union all select 'author', user_id, outcome from deleted_users) g
  on g.id = case g.kind when 'ticket' then s.ticket_id else s.author_id end
group by s.body;

create view comment_findings as
select 'comments' as check, 'lost' as problem, s.body as key, 'acknowledged, no row' as detail
from said s
where s.outcome = 'done' and not exists (select from monolith.ticket_comments c where c.body = s.body) and not exists (select from vanished v where v.body = s.body)
union all
select 'comments', 'doubled', s.body, count(*) || ' rows' from said s join monolith.ticket_comments c on c.body = s.body group by s.body having count(*) > 1
union all
select 'comments', 'doubled', v.body, 'its ticket or its author was deleted, and it is still there'
from vanished v join monolith.ticket_comments c on c.body = v.body where v.is_certain
union all
select 'comments', 'differing', s.body, 'said by ' || s.author_id || ' about ' || s.ticket_id || ', the row says ' || c."authorId" || ' about ' || c."ticketId"
from said s join monolith.ticket_comments c on c.body = s.body where (c."authorId", c."ticketId") <> (s.author_id, s.ticket_id);

select * from comment_findings order by problem, key limit 50;

select 'comments' as check, 'ticket_comments' as "table", (select count(*)::int from said where outcome = 'done') as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from comment_findings;
