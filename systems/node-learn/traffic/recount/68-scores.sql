-- What answers have scored in their mode: those that were told since leaderboard hears them, without those that were taken back.
-- Fact 'wiped leaderboard': the scores went with its database, when the log stood there.
create table scored as
select a.data ->> 'userId' as user_id, a.data ->> 'quizModeId' as quiz_mode_id, count(*)::int as answers,
       count(*) filter (where (a.data ->> 'isCorrect')::boolean)::int as correct
from published a
join events.banyan_bus_groups g on g.name = 'leaderboard'
join events.banyan_bus_group_types t on t.group_id = g.id and t.type = a.type and a.position > t.begins_after::bigint
where a.type = 'answer.submitted' and a.data ->> 'quizModeId' is not null
  and a.position > coalesce((select value::bigint from facts where name = 'wiped leaderboard'), -1)
  and not exists (select from published b where b.type = 'answer.rolled_back' and b.data ->> 'answerEventId' = a.id)
group by 1, 2;

create view score_findings as
select 'scores' as check, case when coalesce(s.total_questions::int, 0) < coalesce(t.answers, 0) then 'lost'
                               when coalesce(s.total_questions::int, 0) > coalesce(t.answers, 0) then 'doubled' else 'differing' end as problem,
       'user ' || coalesce(t.user_id, s.user_id) || ' mode ' || coalesce(t.quiz_mode_id, s.quiz_mode_id) as key,
       concat_ws(' of ', t.correct, t.answers) || ' told, ' || concat_ws(' of ', s.correct_answers, s.total_questions) || ' scored' as detail
from scored t full join leaderboard.mode_scores s on s.user_id = t.user_id and s.quiz_mode_id = t.quiz_mode_id
where (s.total_questions::int, s.correct_answers::int) is distinct from (t.answers, t.correct);

select * from score_findings order by problem, key limit 50;

select 'scores' as check, 'mode_scores' as "table", (select coalesce(sum(answers), 0)::int from scored) as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from score_findings;
