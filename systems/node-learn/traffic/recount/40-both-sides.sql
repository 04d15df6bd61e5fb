-- Users are the same on both sides: every row, every column, compared as text.
create view user_pairs as
select coalesce(m.id, a.id) as id, to_jsonb(m) is distinct from to_jsonb(a) as differs, m.id is null as only_auth, a.id is null as only_monolith,
       to_jsonb(m) as monolith, to_jsonb(a) as auth
from monolith.users m full join auth.users a on a.id = m.id
where (select count(*) from sides_of_users) > 1;

create view user_pair_findings as
select 'both sides' as check,
       case when not (only_auth or only_monolith) then 'differing'
            when exists (select from auth.users o where only_monolith and o.google_id = monolith ->> 'google_id')
              or exists (select from monolith.users o where only_auth and o.google_id = auth ->> 'google_id') then 'doubled'
            else 'lost' end as problem,
       'user ' || id as key,
       case when only_auth then 'only in auth: ' || (auth ->> 'google_id')
            when only_monolith then 'only in the monolith: ' || (monolith ->> 'google_id')
            else (select string_agg(key || ': monolith ' || coalesce(value, 'null') || ', auth ' || coalesce(auth ->> key, 'null'), '; ' order by key)
                  from jsonb_each_text(monolith) where value is distinct from auth ->> key) end as detail
from user_pairs where differs;

select * from user_pair_findings order by problem, key limit 50;

select 'both sides' as check, 'users' as "table",
       (select count(*)::int from user_pairs) as counted,
       count(*) filter (where problem = 'lost')::int as lost,
       count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from user_pair_findings;
