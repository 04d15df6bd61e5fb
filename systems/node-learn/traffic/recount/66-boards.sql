-- A run that is posted changes each place at most once, and is told by the request that posted it, as it was posted.
create table places_told as
select p.correlation_id as trace, p.key as quiz_mode_id, p.data ->> 'userId' as user_id, count(*)::int as events,
       min(concat_ws(' ', p.data ->> 'correctAnswers', p.data ->> 'totalQuestions', p.data ->> 'streak')) as result
from published p where p.type = 'leaderboard.entry.updated' group by 1, 2, 3;

create view place_findings as
select 'places told' as check, 'doubled' as problem, trace || ' mode ' || quiz_mode_id || ' user ' || user_id as key, events || ' times' as detail
from places_told where events > 1
union all
select 'places told', 'doubled', t.trace, coalesce('told although the request was ' || r.outcome, 'no request asked for it')
from (select distinct trace from places_told) t left join requests r on r.trace = t.trace and r.what = 'board post'
where r.trace is null or r.outcome = 'refused'
union all
select 'places told', 'differing', t.trace, 'told mode ' || t.quiz_mode_id || ' ' || t.result || ', asked ' || r.asked
from places_told t join requests r on r.trace = t.trace and r.what = 'board post'
where t.quiz_mode_id <> r.asked ->> 'modeId'
   or t.user_id = r.asked ->> 'userId' and t.result <> concat_ws(' ', r.asked ->> 'correctAnswers', r.asked ->> 'totalQuestions', r.asked ->> 'streak');

select * from place_findings order by problem, key limit 50;

select 'places told' as check, 'leaderboard.entry.updated' as "table", (select coalesce(sum(events), 0)::int from places_told) as counted,
       0 as lost, count(*) filter (where problem = 'doubled')::int as doubled, count(*) filter (where problem = 'differing')::int as differing
from place_findings;
