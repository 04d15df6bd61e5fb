-- Everybody whose sign-up was acknowledged is one row under the id that was told, with the role of the last acknowledged change, or of an unknown
-- one after it; whoever was deleted is none.
create table roles as
select asked ->> 'userId' as user_id, asked ->> 'role' as role, outcome,
       row_number() over (partition by asked ->> 'userId' order by asked_at, run, id) as turn
from requests where what = 'role' and outcome in ('done', 'unknown');

create view account_findings as
select 'accounts' as check, 'lost' as problem, s.email as key, 'signed up as ' || s.user_id || ', no row' as detail
from sign_ups s
where s.outcome = 'done' and not exists (select from monolith.users u where u.id = s.user_id)
  and not exists (select from deleted_users d where d.user_id = s.user_id)
union all
select 'accounts', 'doubled', u.email, count(*) || ' rows' from monolith.users u group by u.email having count(*) > 1
union all
select 'accounts', 'doubled', d.email, 'was deleted, and is still there' from deleted_users d join monolith.users u on u.id = d.user_id where d.outcome = 'done'
union all
select 'accounts', 'differing', s.email, 'told ' || s.user_id || ', the row says ' || u.id || ' ' || u.role
from sign_ups s join monolith.users u on u.email = s.email
where s.outcome = 'done' and (u.id <> s.user_id or u.role not in (
  select coalesce((select r.role from roles r where r.user_id = s.user_id and r.outcome = 'done' order by r.turn desc limit 1), 'AGENT')
  union all
  select r.role from roles r where r.user_id = s.user_id and r.outcome = 'unknown'));

select * from account_findings order by problem, key limit 50;

select 'accounts' as check, 'users' as "table", (select count(*)::int from sign_ups where outcome = 'done') as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from account_findings;
