-- Per user and question: acknowledged <= stored since the traffic began <= acknowledged + unknown, right and wrong apart.
-- A signed-in user has no answers that the ledger does not know. The guest is left out when the traffic ran over midnight (the nightly job wipes the guest's rows).
create table answers as
select (asked ->> 'userId') as user_id, (asked ->> 'questionId') as question_id, (asked ->> 'isCorrect')::boolean as is_correct,
       count(*) filter (where outcome = 'done')::int as acknowledged,
       count(*) filter (where outcome = 'unknown')::int as unknown
from requests
where what = 'record' and asked ? 'questionId'
  and not (asked ->> 'userId' = '1' and (
    select to_timestamp(min(asked_at) / 1000)::date <> to_timestamp(max(asked_at) / 1000)::date from requests))
group by 1, 2, 3;

create view stored_answers as
select user_id, question_id, true as is_correct, correct_count::int as stored from monolith.user_question_stats
union all
select user_id, question_id, false, incorrect_count::int from monolith.user_question_stats;

create view stored_answers_before as
select user_id, question_id, true as is_correct, correct_count::int as stored from monolith_before.user_question_stats
union all
select user_id, question_id, false, incorrect_count::int from monolith_before.user_question_stats;

create view counted_answers as
select a.*, coalesce(s.stored, 0) - coalesce(b.stored, 0) as added
from answers a
left join stored_answers s using (user_id, question_id, is_correct)
left join stored_answers_before b using (user_id, question_id, is_correct);

create view answer_findings as
select 'answers' as check,
       case when added < acknowledged then 'lost' else 'doubled' end as problem,
       'user ' || user_id || ' question ' || question_id || case when is_correct then ' right' else ' wrong' end as key,
       acknowledged || ' acknowledged, ' || unknown || ' unknown, ' || added || ' stored' as detail,
       case when added < acknowledged then acknowledged - added else added - acknowledged - unknown end as answers
from counted_answers
where added < acknowledged or added > acknowledged + unknown
union all
select 'answers', 'doubled', 'user ' || user_id || ' question ' || question_id || case when is_correct then ' right' else ' wrong' end,
       s.stored - coalesce(b.stored, 0) || ' stored that nobody gave', s.stored - coalesce(b.stored, 0)
from stored_answers s
left join stored_answers_before b using (user_id, question_id, is_correct)
where user_id in (select user_id from signed_in) and s.stored > coalesce(b.stored, 0)
  and not exists (select from answers a where (a.user_id, a.question_id, a.is_correct) = (s.user_id, s.question_id, s.is_correct))
union all
select 'answers', 'doubled', 'user ' || user_id || ' question ' || question_id, count(*) || ' rows', count(*)::int - 1
from monolith.user_question_stats group by user_id, question_id having count(*) > 1;

select "check", problem, key, detail from answer_findings order by problem, key limit 50;

select 'answers' as check, 'user_question_stats' as "table",
       coalesce((select sum(acknowledged) from answers), 0)::int as counted,
       coalesce(sum(answers) filter (where problem = 'lost'), 0)::int as lost,
       coalesce(sum(answers) filter (where problem = 'doubled'), 0)::int as doubled,
       0 as differing
from answer_findings;
