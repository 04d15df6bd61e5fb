create schema people;
create schema shed;

create table people.members (
  number text primary key check (number ~ '^M-[0-9]{4}$'),
  name text not null,
  joined_on date not null default current_date
);

create table shed.tools (
  code text primary key, -- as it is painted on the tool
  name text not null,
  day_price numeric(8, 2) not null check (day_price >= 0),
  deposit numeric(9, 2) generated always as (day_price * 10) stored,
  details jsonb not null default '{}',
  changed_at timestamptz not null default now()
);

create table shed.remarks (
  id bigint generated always as identity primary key,
  tool_code text not null references shed.tools on delete cascade,
  remark text not null,
  written_at timestamptz not null default now()
);

create table shed.loans (
  id uuid primary key default gen_random_uuid(),
  tool_code text not null references shed.tools,
  member_number text not null references people.members,
  out_at timestamptz not null default now(),
  back_at timestamptz
);
create unique index one_loan_at_a_time on shed.loans (tool_code) where back_at is null;

create function shed.touch() returns trigger language plpgsql as $$
begin
  new.changed_at = now();
  return new;
end $$;
create trigger touch before update on shed.tools for each row execute function shed.touch();

insert into people.members (number, name, joined_on)
select 'M-' || to_char(n, 'FM0000'), 'Member ' || n, date '2019-03-01' + n * 11 from generate_series(1, 120) n;

insert into shed.tools (code, name, day_price, details, changed_at)
select kind || '-' || to_char(n, 'FM00'), name || ' ' || n, price, jsonb_build_object('watts', watts * n, 'case', n % 2 = 0), timestamptz '2024-05-01 09:00Z' + n * interval '37 hours'
from (values ('DRL', 'Drill', 4.50, 150), ('SAW', 'Circular saw', 7.25, 320), ('LAD', 'Ladder', 3.00, 0), ('MIX', 'Mixer', 12.40, 210)) as k (kind, name, price, watts),
  generate_series(1, 15) n;

insert into shed.remarks (tool_code, remark, written_at)
select code, 'Checked, ' || length(name) || ' screws replaced', changed_at + interval '2 days' from shed.tools where code ~ '[05]$';

insert into shed.loans (tool_code, member_number, out_at, back_at)
select t.code, 'M-' || to_char(1 + (n * 7) % 120, 'FM0000'), t.changed_at + n * interval '5 days', t.changed_at + n * interval '5 days' + interval '2 days'
from shed.tools t, generate_series(1, 3) n;
