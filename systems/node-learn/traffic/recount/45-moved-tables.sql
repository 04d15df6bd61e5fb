-- Every other table that has moved, or is followed, is the same on both sides: every row, every column, compared as text.
create table moved_tables (side text, name text);
insert into moved_tables values
  ('question', 'questions'), ('question', 'choices'), ('quiz', 'user_question_stats'), ('quiz', 'quiz_modes'),
  ('achievement', 'achievements'), ('achievement', 'user_achievements'), ('leaderboard', 'leaderboards');

create table moved_rows (side text, name text, monolith bigint, service bigint);
create table moved_differences (side text, name text, only_in text, detail text);
do $$
declare
  moved record;
begin
  for moved in select m.* from moved_tables m join sides using (side) loop
    execute format(
      'insert into moved_rows select %1$L, %2$L, (select count(*) from monolith.%2$I), (select count(*) from %1$I.%2$I)', moved.side, moved.name);
    execute format(
      'insert into moved_differences
       select %1$L, %2$L, ''monolith'', left(r::text, 200) from (select to_jsonb(t) as r from monolith.%2$I t except all select to_jsonb(t) from %1$I.%2$I t) d
       union all
       select %1$L, %2$L, %1$L, left(r::text, 200) from (select to_jsonb(t) as r from %1$I.%2$I t except all select to_jsonb(t) from monolith.%2$I t) d',
      moved.side, moved.name);
  end loop;
end $$;

select 'both sides' as check, 'differing' as problem, name || ' only in ' || only_in as key, detail from moved_differences order by name, detail limit 50;

select 'both sides' as check, name as "table", monolith::int as counted, 0 as lost, 0 as doubled,
       (select count(*)::int from moved_differences d where d.name = r.name) as differing
from moved_rows r order by name;
