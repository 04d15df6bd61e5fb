-- Every saga has ended; one that completed is told and kept, one that was undone is told as taken back, and nobody was promised it.
create index on quiz.banyan_saga_steps (saga);
analyze quiz.banyan_saga_steps;
create table sagas as
select id, state, input::jsonb as input, correlation_id, started_at::timestamptz as started_at, ended_at::timestamptz as ended_at, reason,
       (select min(t.content::jsonb -> 'result' ->> 'answerEventId') from quiz.banyan_saga_steps t where t.saga = s.id and t.step = 'record' and t.kind in ('done', 'edited')) as answer,
       (select min(t.content::jsonb -> 'result' ->> 'badgeOwner') from quiz.banyan_saga_steps t where t.saga = s.id and t.step = 'record' and t.kind in ('done', 'edited')) as badge_owner,
       exists (select from quiz.banyan_saga_steps t where t.saga = s.id and t.step = 'ask-monolith') as asked_monolith,
       marks::text[] && array['late', 'unchecked'] as is_late
from quiz.banyan_sagas s where name = 'answer-submission';

create view saga_findings as
select 'sagas' as check, 'lost' as problem, id as key, 'is still ' || state || ' and began at ' || started_at as detail from sagas where state in ('running', 'undoing')
union all
select 'sagas', 'lost', id, 'completed, but its answer was never told' from sagas s
where state = 'completed' and not exists (select from published p where p.id = s.answer and p.type = 'answer.submitted')
union all
select 'sagas', 'doubled', id, 'undone, but the answer is not told as taken back' from sagas s
where state = 'compensated' and answer is not null
  and not exists (select from published p where p.type = 'answer.rolled_back' and p.data ->> 'answerEventId' = s.answer)
union all
select 'sagas', 'lost', s.id, 'undone, although the answer was acknowledged' from sagas s
join requests r on r.trace = s.correlation_id and r.what = 'record' and r.outcome = 'done' where s.state = 'compensated'
union all
-- A late check is kept until the owner of badges has been asked for it.
select 'sagas', 'lost', id, 'nobody has checked badges for a right answer' from sagas s
where state = 'completed' and (input ->> 'isCorrect')::boolean and not asked_monolith and not exists (select from checks_told c where c.answer = s.answer)
  and (not is_late or exists (select from quiz.unchecked_answers u where u.answer_event_id = s.answer and u.asked_owner is null));

select * from saga_findings order by problem, key limit 50;

select 'sagas' as check, 'sagas' as "table", (select count(*)::int from sagas) as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled, 0 as differing
from saga_findings;

-- Times are those of right answers, which wait for their badges. Facts 'measured calm' and 'measured at the profile''s load' are [from, to].
create table figures as
select 'sagas total' as name, count(*)::numeric as value from sagas
union all select 'sagas completed', count(*) from sagas where state = 'completed'
union all select 'sagas compensated', count(*) from sagas where state = 'compensated'
union all select 'sagas needing an operator', count(*) from sagas where state = 'needs-operator'
union all
select 'saga ' || percentile || ' ' || substr(f.name, length('measured ') + 1), percentile_cont(share) within group (order by extract(epoch from s.ended_at - s.started_at) * 1000)
from facts f
cross join (values ('p50', 0.5), ('p99', 0.99)) as wanted (percentile, share)
join sagas s on (s.input ->> 'isCorrect')::boolean and extract(epoch from s.started_at) * 1000 between (f.value::jsonb ->> 0)::numeric and (f.value::jsonb ->> 1)::numeric
where f.name like 'measured %'
group by f.name, percentile, share;
