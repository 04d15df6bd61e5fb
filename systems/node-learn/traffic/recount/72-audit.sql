-- What has become of the bank is in admin's audit: each change that it has heard of, as it was told, and nothing that nobody told.
create table audited as
select coalesce(t.id, a.event_id) as event_id, t.id is not null as is_told, a.event_id is not null as is_noted,
       t.action || ' ' || t.question_id as told, a.action || ' ' || a.question_id as noted
from (
  select p.id, split_part(p.type, '.', 2) as action, p.data ->> 'questionId' as question_id
  from published p join heard h on h.event_id = p.id and h.consumer_group = 'admin' and h.status = 'handled'
  where p.type like 'question.%'
) t
full join (select event_id::text as event_id, action, question_id::text as question_id from admin.audit_entries) a on a.event_id = t.id;

create view audit_findings as
select 'audit' as check, 'lost' as problem, event_id as key, 'handled, and not noted: ' || told as detail from audited where not is_noted
union all
select 'audit', 'doubled', event_id, 'noted, and never told: ' || noted from audited where not is_told
union all
select 'audit', 'differing', event_id, 'told ' || told || ', noted ' || noted from audited where told <> noted;

select * from audit_findings order by problem, key limit 50;

select 'audit' as check, 'audit_entries' as "table", (select count(*)::int from audited where is_noted) as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled,
       count(*) filter (where problem = 'differing')::int as differing
from audit_findings;
