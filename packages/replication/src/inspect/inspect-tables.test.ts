// The preflight sees what would make a move fail.
import { afterEach, describe, expect, it } from 'vitest';
import { createPair, type Pair } from '../testing/pair.ts';
import { openClient } from '../testing/session.ts';
import { inspectTables } from './inspect-tables.ts';

let pair: Pair;
afterEach(() => pair.close());

const inspect = (tables: readonly string[], source = pair.monolith.url) =>
  inspectTables({ source, target: pair.service.url, tables: tables.map((table) => ({ source: table, target: table })) });

describe('inspectTables', () => {
  it('finds no error where none is, and lists the plan', async () => {
    const monolith = `create table users (id serial primary key, v text); create table stats (user_id int references users on delete cascade);
      create function f() returns trigger language plpgsql as $$ begin return new; end $$; create trigger touch before update on users for each row execute function f()`;
    pair = await createPair(monolith, ['public.users'], 'create table users (id serial primary key, v text)');
    const findings = await inspect(['public.users']);
    expect(findings.filter((finding) => finding.severity === 'error')).toEqual([]);
    expect(findings.map((finding) => finding.code)).toEqual(expect.arrayContaining(['CASCADE_OUT', 'TRIGGER', 'SEQUENCE']));
  });

  it('finds keys, mismatches, hidden rows, cascades and triggers that would bend rows', async () => {
    const monolith = `create table keyless (v text); create unlogged table lost (id int primary key); create table topics (id int primary key);
      create table items (id int primary key, at timestamptz, extra int, topic_id int references topics on delete cascade); create table bills (item_id int references items)`;
    const service = `create table keyless (v text); create table lost (id int primary key); create table items (id int primary key, at timestamp, topic_id int);
      create function f() returns trigger language plpgsql as $$ begin return new; end $$; create trigger bend before insert on items for each row execute function f();
      alter table items enable always trigger bend`;
    pair = await createPair(monolith, [], service);
    const codes = (await inspect(['public.keyless', 'public.lost', 'public.items', 'public.gone'])).map(
      (finding) => `${finding.severity} ${finding.code} ${finding.table}`,
    );
    expect(codes).toEqual(
      expect.arrayContaining([
        'error KEY_MISSING public.keyless',
        'error TABLE_UNLOGGED public.lost',
        'error TABLE_MISMATCH public.items',
        'error TABLE_MISSING public.gone',
        'warning CASCADE_INTO public.items',
        'warning REFERENCE_UNGUARDED public.items',
        'warning TRIGGER_ALWAYS public.items',
      ]),
    );
  });

  it('names every right a role lacks with the statement that grants it', async () => {
    pair = await createPair(
      'create table t (id int primary key); alter table t enable row level security',
      ['public.t'],
      'create table t (id int primary key)',
    );
    const role = `${pair.name}_role`;
    await pair.monolith.query(`create role ${role} login password 'pw'; grant select on t to ${role}; create schema banyan`);
    const source = Object.assign(new URL(pair.monolith.url), { username: role, password: 'pw' }).href;
    await using probe = await openClient(source);
    await probe.query('select 1');
    const findings = (await inspect(['public.t'], source)).filter((finding) => finding.severity === 'error');
    const fixes = findings.map((finding) => finding.fix).join('\n');
    for (const fix of [
      /ALTER ROLE .* REPLICATION/,
      /GRANT CREATE ON DATABASE/,
      /GRANT EXECUTE ON FUNCTION/,
      /GRANT SET ON PARAMETER/,
      /GRANT postgres TO/,
      /Connect as postgres as before/,
    ])
      expect(fixes).toMatch(fix);
    expect(findings.map((finding) => finding.code)).toContain('ROW_SECURITY');
    await pair.monolith.query(`drop owned by ${role}; drop role ${role}`);
  });
});
