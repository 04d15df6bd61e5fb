-- Events are counted in the log, in the outboxes of those who tell and in the inboxes of those who hear.
create table published as
select position::bigint, id, type, payload::jsonb as data, correlation_id, aggregate_id as key, service_id as source, version::bigint as sequence
from events.banyan_events;
create index on published (id);
create index on published (type, correlation_id);
analyze published;

-- What a service has numbered is in the log under that number: a gap is an event that was lost, also when it was the last one.
create table numbered (source text, key text, last_sequence bigint);
create table heard (consumer_group text, event_id text, status text, noted_at timestamptz);
do $$
declare
  side text;
begin
  for side in select s.side from sides s loop
    if to_regclass(format('%I.banyan_outbox_keys', side)) is not null then
      execute format('insert into numbered select source, partition_key, last_sequence::bigint from %I.banyan_outbox_keys', side);
    end if;
    if to_regclass(format('%I.banyan_inbox', side)) is not null then
      execute format('insert into heard select consumer_group, event_id, status, noted_at::timestamptz from %I.banyan_inbox where generation = ''0''', side);
    end if;
  end loop;
end $$;
create index on heard (event_id);
analyze heard;

create view numbers as
select coalesce(n.source, p.source) as source, coalesce(n.key, p.key) as key, greatest(n.last_sequence, p.last_sequence) as last_sequence, coalesce(p.events, 0) as events
from numbered n
full join (select source, key, max(sequence) as last_sequence, count(*) as events from published group by source, key) p on p.source = n.source and p.key = n.key;

create view event_findings as
select 'events' as check, 'lost' as problem, source || ' ' || key as key, events || ' in the log, numbered up to ' || last_sequence as detail, last_sequence - events as events
from numbers where last_sequence > events
union all
select 'events', 'differing', source || ' ' || key, sequence || ' stands behind ' || highest, 1
from (select source, key, sequence, max(sequence) over (partition by source, key order by position rows between unbounded preceding and 1 preceding) as highest from published) p
where sequence < highest;

select "check", problem, key, detail from event_findings order by problem, key limit 50;

select 'events' as check, 'events' as "table", (select count(*)::int from published) as counted,
       coalesce(sum(events) filter (where problem = 'lost'), 0)::int as lost, 0 as doubled,
       coalesce(sum(events) filter (where problem = 'differing'), 0)::int as differing
from event_findings;
