-- What a service keeps of another's rows says the same as its owner.
create view copies as
select 'achievement' as side, 'answer_refs' as name, coalesce(c.user_id, o.user_id) || ' ' || coalesce(c.question_id, o.question_id) as key,
       concat_ws(' ', c.correct_count, c.incorrect_count) as kept, concat_ws(' ', o.correct_count, o.incorrect_count) as owned
from achievement.answer_refs c full join monolith.user_question_stats o on o.user_id = c.user_id and o.question_id = c.question_id
union all
select 'achievement', 'user_refs', coalesce(c.id, o.id), c.id, o.id from achievement.user_refs c full join monolith.users o on o.id = c.id
union all
select 'achievement', 'question_refs', coalesce(c.id, o.id), concat_ws(' ', c.question_type, c.difficulty, c.practical), concat_ws(' ', o.question_type, o.difficulty, o.practical)
from achievement.question_refs c full join monolith.questions o on o.id = c.id
union all
select 'quiz', 'user_refs', coalesce(c.id, o.id), c.id, o.id
from (select id from quiz.user_refs where is_deleted = 'false') c full join monolith.users o on o.id = c.id
union all
select 'quiz', 'question_refs', coalesce(c.id, o.id), concat_ws(' ', c.question, c.topic, c.difficulty, c.question_type, c.practical), concat_ws(' ', o.question, o.topic, o.difficulty, o.question_type, o.practical)
from (select * from quiz.question_refs where is_deleted = 'false') c full join monolith.questions o on o.id = c.id
union all
select 'leaderboard', 'user_refs', coalesce(c.id, o.id), c.name, o.name
from (select id, name from leaderboard.user_refs where is_deleted = 'false') c full join monolith.users o on o.id = c.id
union all
select 'leaderboard', 'mode_refs', coalesce(c.id, o.id), c.id, o.id from leaderboard.mode_refs c full join monolith.quiz_modes o on o.id = c.id;

create table compared_copies as
select *, kept is distinct from owned as differs from copies where side in (select side from sides);

select 'copies' as check, 'differing' as problem, side || ' ' || name || ' ' || key as key, 'kept ' || coalesce(nullif(kept, ''), 'nothing') || ', its owner has ' || coalesce(nullif(owned, ''), 'nothing') as detail
from compared_copies where differs order by 3 limit 50;

select 'copies' as check, side || '.' || name as "table", count(*)::int as counted, 0 as lost, 0 as doubled, count(*) filter (where differs)::int as differing
from compared_copies group by side, name order by side, name;
