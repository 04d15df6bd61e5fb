-- Every person whose sign-in was acknowledged is exactly one row on every side, under the id that was told, with the name,
-- email and picture of the last acknowledged sign-in, or of an unknown one after it.
create table sign_ins as
select asked ->> 'googleId' as google_id,
       row_number() over (partition by asked ->> 'googleId' order by asked_at, run, id) as turn,
       outcome,
       asked ->> 'name' as name,
       asked ->> 'email' as email,
       asked ->> 'picturePath' as picture_path,
       told ->> 'userId' as user_id
from requests
where what = 'sign-in' and outcome in ('done', 'unknown');

create view signed_in as
select google_id, max(turn) as last_turn, min(user_id) as user_id, count(distinct user_id) as ids
from sign_ins where outcome = 'done' group by google_id;

create view possible_rows as
select s.* from sign_ins s join signed_in d using (google_id) where s.turn >= d.last_turn;

create view sign_in_findings as
select 'sign-ins' as check, 'lost' as problem, side || ' ' || d.google_id as key,
       'sign-in acknowledged as user ' || d.user_id || ', no row' as detail
from signed_in d cross join sides_of_users sides
where not exists (select from users_everywhere u where u.side = sides.side and u.google_id = d.google_id)
union all
select 'sign-ins', 'doubled', u.side || ' ' || d.google_id, 'rows ' || string_agg(u.id, ', ' order by u.id)
from signed_in d join users_everywhere u using (google_id) group by u.side, d.google_id having count(*) > 1
union all
select 'sign-ins', 'doubled', google_id, ids || ' different user ids were told to one person' from signed_in where ids > 1
union all
select 'sign-ins', 'differing', u.side || ' ' || d.google_id, 'told user ' || d.user_id || ', the row has id ' || u.id
from signed_in d join users_everywhere u using (google_id) where d.ids = 1 and u.id <> d.user_id
union all
select 'sign-ins', 'differing', u.side || ' ' || u.google_id,
       'row says ' || concat_ws(', ', u.name, u.email, u.picture) || '; acknowledged was ' || concat_ws(', ', p.name, p.email, p.picture_path)
from users_everywhere u
join signed_in d using (google_id)
join sign_ins p on p.google_id = d.google_id and p.turn = d.last_turn
where not exists (
  select from possible_rows r
  where r.google_id = u.google_id and r.name = u.name and r.email = u.email and u.picture like '%' || r.picture_path
);

select * from sign_in_findings order by problem, key limit 50;

select 'sign-ins' as check, 'users' as "table",
       (select count(*)::int from sign_ins where outcome = 'done') as counted,
       count(*) filter (where problem = 'lost')::int as lost,
       count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from sign_in_findings;
