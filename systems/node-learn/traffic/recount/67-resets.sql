-- Every night's run of the guest's reset is finished and told once, and nobody is told of a reset that no run has made.
create table resets as
select coalesce(r.night, t.night) as night, r.night is not null as is_run, r.finished_at is not null as is_finished, coalesce(t.events, 0)::int as events
from (select scheduled_for as night, finished_at from maintenance.maintenance_runs where job = 'guest-reset') r
full join (select data ->> 'scheduledFor' as night, count(*) as events from published where type = 'user.stats.reset' group by 1) t on t.night = r.night;

create view reset_findings as
select 'resets' as check, 'lost' as problem, night as key, 'claimed, and never finished' as detail from resets where is_run and not is_finished
union all
select 'resets', 'lost', night, 'finished, and never told' from resets where is_finished and events = 0
union all
select 'resets', 'doubled', night, 'told ' || events || ' times' from resets where events > 1
union all
select 'resets', 'doubled', night, 'told without a run that is finished' from resets where events > 0 and not is_finished;

select * from reset_findings order by problem, key limit 50;

select 'resets' as check, 'maintenance_runs' as "table", (select count(*)::int from resets where is_run) as counted,
       count(*) filter (where problem = 'lost')::int as lost, count(*) filter (where problem = 'doubled')::int as doubled, 0 as differing
from reset_findings;
