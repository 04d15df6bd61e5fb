-- Whoever subscribes to a type has handled every event of it, once, and the events of one key in their order.
-- Fact 'wiped <service>': its inbox went with its database, when the log stood there.
create table expected as
select g.name as consumer_group, p.position, p.id, p.type, p.key
from events.banyan_bus_groups g
join events.banyan_bus_group_types t on t.group_id = g.id
join published p on p.type = t.type and p.position > t.begins_after::bigint
where p.position > coalesce((select value::bigint from facts where name = 'wiped ' || g.name), 0);

create view handled as
select e.*, h.status, h.noted_at from expected e left join heard h on h.consumer_group = e.consumer_group and h.event_id = e.id;

create view effect_findings as
select 'effects' as check, 'lost' as problem, consumer_group || ' ' || id as key, type || ' at ' || position || ' is ' || coalesce(status, 'not handled') as detail
from handled where status is distinct from 'handled'
union all
select 'effects', 'differing', consumer_group || ' ' || id, type || ' at ' || position || ' was handled before an earlier one of key ' || key
from (
  select *, max(noted_at) over (partition by consumer_group, key order by position rows between unbounded preceding and 1 preceding) as latest
  from handled where status = 'handled'
) h where noted_at < latest;

select * from effect_findings order by problem, key limit 50;

select 'effects' as check, 'inbox' as "table", (select count(*)::int from handled where status = 'handled') as counted,
       count(*) filter (where problem = 'lost')::int as lost, 0 as doubled, count(*) filter (where problem = 'differing')::int as differing
from effect_findings;
