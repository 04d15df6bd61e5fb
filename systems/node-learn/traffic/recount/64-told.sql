-- An answer, a sign-in and a badge check are told once each, by the request that asked for them, and never without one.
create table answers_told as
select p.correlation_id as trace, count(*)::int as events, min(p.id) as id, min(p.data ->> 'userId') as user_id, min(p.data ->> 'questionId') as question_id,
       bool_and((p.data ->> 'isCorrect')::boolean) as is_correct
from published p where p.type = 'answer.submitted' group by p.correlation_id;

-- A first sign-in tells two: that there is a user, and that the user has signed in.
create table sign_ins_told as
select trace, max(events)::int as events from (
  select correlation_id as trace, type, count(*) as events from published
  where type in ('user.created', 'user.authenticated') and correlation_id in (select trace from requests where what = 'sign-in')
  group by correlation_id, type
) by_type group by trace;

create table checks_told as
select data ->> 'answerEventId' as answer, count(*)::int as events from published
where type in ('achievement.checked', 'achievement.check_failed') group by 1;

create view told_findings as
select 'answers told' as check, 'doubled' as problem, trace as key, events || ' times answer.submitted' as detail from answers_told where events > 1
union all
select 'answers told', 'doubled', t.trace, coalesce('told although the request was ' || r.outcome, 'no request asked for it')
from answers_told t left join requests r on r.trace = t.trace and r.what = 'record' where r.trace is null or r.outcome = 'refused'
union all
select 'answers told', 'differing', t.trace, 'told ' || concat_ws(' ', t.user_id, t.question_id, t.is_correct) || ', asked ' || r.asked
from answers_told t join requests r on r.trace = t.trace and r.what = 'record'
where (t.user_id, t.question_id, t.is_correct) is distinct from (r.asked ->> 'userId', r.asked ->> 'questionId', (r.asked ->> 'isCorrect')::boolean)
union all
select 'answers told', 'lost', r.trace, 'acknowledged while quiz owned the results, and never told'
from requests r join owned o on o.service = 'quiz' and r.asked_at > o.from_at and r.told_at < o.to_at
where r.what = 'record' and r.outcome = 'done' and not exists (select from answers_told t where t.trace = r.trace)
union all
select 'sign-ins told', 'doubled', trace, events || ' times' from sign_ins_told where events > 1
union all
select 'sign-ins told', 'lost', r.trace, 'acknowledged while auth owned the users, and never told'
from requests r join owned o on o.service = 'auth' and r.asked_at > o.from_at and r.told_at < o.to_at
where r.what = 'sign-in' and r.outcome = 'done' and not exists (select from sign_ins_told t where t.trace = r.trace)
union all
select 'users told', 'doubled', key, count(*) || ' times user.created' from published where type = 'user.created' group by key having count(*) > 1
union all
select 'checks told', 'doubled', answer, events || ' times checked' from checks_told where events > 1
union all
-- The guest is left out when the traffic ran over midnight: the nightly job takes the guest's badges, who then earns them anew.
select 'badges told', 'doubled', key || ' badge ' || (data ->> 'achievementId'), count(*) || ' times achievement.earned' from published
where type = 'achievement.earned'
  and not (key = '1' and (select to_timestamp(min(asked_at) / 1000)::date <> to_timestamp(max(asked_at) / 1000)::date from requests))
group by key, data ->> 'achievementId' having count(*) > 1;

select * from told_findings order by "check", problem, key limit 50;

select c.name as check, c.of as "table", c.counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from (values ('answers told', 'answer.submitted', (select count(*)::int from answers_told)), ('sign-ins told', 'user.*', (select count(*)::int from sign_ins_told)),
             ('users told', 'user.created', (select count(*)::int from published where type = 'user.created')), ('checks told', 'achievement.checked', (select count(*)::int from checks_told)),
             ('badges told', 'achievement.earned', (select count(*)::int from published where type = 'achievement.earned'))) as c (name, of, counted)
left join told_findings f on f.check = c.name
group by c.name, c.of, c.counted order by c.name;
