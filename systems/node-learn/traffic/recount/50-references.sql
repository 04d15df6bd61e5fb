-- Whoever has stats, badges or a place on a board exists, and the next user, result and badge get an id that nobody has.
-- The owner of a table is told by a fact as 'owner of users'; without it the monolith is meant.
create view referenced_users as
select distinct 'user_question_stats' as held_by, user_id from monolith.user_question_stats
union select distinct 'user_achievements', user_id from monolith.user_achievements
union select distinct 'leaderboards', user_id from monolith.leaderboards;

create view reference_findings as
select 'references' as check, 'lost' as problem, side || ' user ' || user_id as key, 'held by ' || held_by || ', no such user' as detail
from referenced_users cross join sides_of_users sides
where not exists (select from users_everywhere u where u.side = sides.side and u.id = user_id)
union all
select 'references', 'differing', side || ' next id of ' || name, 'the sequence stands at ' || last_value || ', the highest id is ' || highest
from (
  select 'monolith' as side, 'users' as name, (select last_value::bigint from monolith.users_id_seq) as last_value, (select max(id::bigint) from monolith.users) as highest
  union all
  select 'auth', 'users', (select last_value::bigint from auth.users_id_seq), (select max(id::bigint) from auth.users)
  union all
  select 'monolith', 'user_question_stats', (select last_value::bigint from monolith.user_question_stats_id_seq), (select max(id::bigint) from monolith.user_question_stats)
  union all
  select 'quiz', 'user_question_stats', (select last_value::bigint from quiz.user_question_stats_id_seq), (select max(id::bigint) from quiz.user_question_stats)
  union all
  select 'monolith', 'user_achievements', (select last_value::bigint from monolith.user_achievements_id_seq), (select max(id::bigint) from monolith.user_achievements)
  union all
  select 'achievement', 'user_achievements', (select last_value::bigint from achievement.user_achievements_id_seq), (select max(id::bigint) from achievement.user_achievements)
) sequences
where side = coalesce((select value from facts where facts.name = 'owner of ' || sequences.name), 'monolith') and last_value < highest;

select * from reference_findings order by problem, key limit 50;

select 'references' as check, 'users' as "table",
       (select count(*)::int from referenced_users) as counted,
       count(*) filter (where problem = 'lost')::int as lost,
       0 as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from reference_findings;
