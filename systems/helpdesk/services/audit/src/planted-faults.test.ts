/** Faults planted into the running service, and the guard that finds each: times beside those of the events, and values searched for where they must not be. */
import { fileURLToPath } from 'node:url';
import { plantFault, type SourceChange } from '@banyan/proof';
import { findLeaks } from '@banyan/proof/leaks';
import { passwordResetRequested, ticketCreated, userUpdated } from '@helpdesk/contracts/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditWorld, startAuditWorld } from './testing/audit-world.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await startAuditWorld();
});
afterAll(() => world?.stop());

const own = (file: string) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
const ofContracts = (file: string) => fileURLToPath(new URL(`../../../contracts/dist/${file}`, import.meta.url));
const known = { 'a token': 'recognisable-token', 'an address': 'recognisable@example.test' };

interface Findings {
  /** Entries that are not of the time of their event. */
  readonly late: number;
  /** What is found in all that the service has written. */
  readonly leaks: readonly string[];
}

async function findingsWith(name: string, ...changes: readonly SourceChange[]): Promise<Findings> {
  const service = await world.start(plantFault({ name, changes }));
  await world.own('audit');
  try {
    const { ids, time } = await tell();
    const { audit } = world.databases;
    const noted = 'select from noted_events where id = any($1)';
    await expect.poll(async () => (await audit.query(noted, [ids])).rowCount, { timeout: 60_000 }).toBe(ids.length);
    const { rows } = await audit.query<{ at: Date }>(`select "createdAt" at time zone 'UTC' as at from audit_events where id = any($1)`, [
      ids,
    ]);
    expect(rows).toHaveLength(2);
    const written = await audit.query<{ text: string }>('select json_agg(e)::text as text from entries e where id = any($1)', [ids]);
    const texts = { 'the table of entries': written.rows[0]?.text ?? '', 'the log': service.program.output() };
    return {
      late: rows.filter(({ at }) => at.getTime() !== time.getTime()).length,
      leaks: findLeaks(texts, known).map((line) => line.split(':')[0] ?? ''),
    };
  } finally {
    await service.stop();
  }
}

/** Happened an hour ago, and heard of now. */
async function tell(): Promise<{ readonly ids: readonly string[]; readonly time: Date }> {
  const time = new Date(Date.now() - 3_600_000);
  const at = time.toISOString();
  const ids = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()] as const;
  const { 'a token': tokenSealed, 'an address': email } = known;
  const person = { userId: 'ada', email, firstName: email, lastName: null, role: 'AGENT' as const };
  const reset = { userId: 'ada', email, tokenSealed, expiresAt: at, requestedAt: at };
  const changed = { ...person, changed: ['password' as const], cause: 'password_changed' as const, updatedAt: at };
  await world.tell(
    '/helpdesk/user',
    { contract: passwordResetRequested, data: reset, id: ids[0], time },
    { contract: userUpdated, data: changed, id: ids[1], time },
  );
  const said = { title: email, description: email, userEmail: email, status: 'OPEN' as const };
  const created = { ...said, ticketId: 't', userId: 'ada', createdAt: at };
  await world.tell('/helpdesk/ticket', { contract: ticketCreated, data: created, id: ids[2], time });
  return { ids, time };
}

test('without a fault entries are of the time of their events, and say nothing of anybody', async () => {
  expect(await findingsWith('none')).toEqual({ late: 0, leaks: [] });
});

test('F12: entries of the time at which they were heard of', async () => {
  const text = 'return [id, actorId, action, entityType, entityId, metadata, time];';
  const change = { module: own('trail/notes.js'), text, replacement: text.replace('time]', 'new Date().toISOString()]') };
  expect(await findingsWith('F12', change)).toEqual({ late: 2, leaks: [] });
});

test('F23: a token, or whom it is for, in an entry', async () => {
  const text = "({ userId }) => ofUser(userId, userId, 'user.forgot_password_requested')";
  const replacement = "({ userId, ...data }) => ofUser(userId, userId, 'user.forgot_password_requested', data)";
  const found = await findingsWith('F23', { module: ofContracts('entries.js'), text, replacement });
  expect(found).toEqual({ late: 0, leaks: ['the table of entries has a token', 'the table of entries has an address'] });
});

test('F23: what the contract calls personal is kept', async () => {
  const found = await findingsWith('personal', { module: own('trail/note-of.js'), text: '...(contract.personal ?? [])', replacement: '' });
  expect(found).toEqual({ late: 0, leaks: ['the table of entries has an address'] });
});

test('F23: what happens in the log', async () => {
  const text = 'const note = noteOf(event);';
  const found = await findingsWith('logged', {
    module: own('trail/notes.js'),
    text,
    replacement: `${text} console.log(JSON.stringify(event));`,
  });
  expect(found.leaks).toEqual(['the log has a token', 'the log has an address']);
});
