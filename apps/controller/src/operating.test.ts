/** What an operator does, through the controller's API, on a service whose events and sagas fail at the test's word. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditView } from './audit-view.ts';
import type { DeadLetterEntry, DeadLetterOverview } from './dead-letters.ts';
import type { RedriveEnd, RedriveLine } from './redriving.ts';
import type { SagaAnswer, ServiceSaga } from './sagas.ts';
import { type AccountsMessaging, startAccountsMessaging } from './testing/accounts-messaging.ts';
import { type SmallSystem, startSmallSystem } from './testing/start-small-system.ts';

const patience = { timeout: 90_000 };
const order = { actor: 'ada', reason: 'the mail server is back' };
let system: SmallSystem;
let accounts: AccountsMessaging;

beforeAll(async () => {
  system = await startSmallSystem();
  accounts = await startAccountsMessaging(system.service);
}, 120_000);
afterAll(async () => {
  await accounts?.close();
  await system?.stop();
}, 60_000);

const overview = () => system.get<DeadLetterOverview>('/v1/dead-letters');
const lettersOf = async (query: string) => (await system.get<{ entries: readonly DeadLetterEntry[] }>(`/v1/dead-letters?${query}`)).entries;
const auditOf = async (action: string) => {
  const { entries } = await system.get<AuditView>('/v1/audit');
  return entries.filter((entry) => entry.action.startsWith(action));
};

async function redrive(body: unknown): Promise<{ readonly lines: readonly RedriveLine[]; readonly end: RedriveEnd }> {
  const text = await (await system.ask('POST', '/v1/dead-letters/redrive', body)).text();
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RedriveLine & RedriveEnd);
  return { lines: lines.slice(0, -1), end: lines.at(-1)! };
}

function resultsOf(lines: readonly RedriveLine[]): readonly string[] {
  return lines.filter(({ id }) => id !== undefined).map(({ key, step }) => `${key} ${step}`);
}

/** One after the other: the first event of each is dead, the second parked behind it. */
async function bury(...users: readonly string[]): Promise<void> {
  for (const user of users) {
    accounts.faults.handler.set(user, {
      error: `No mail to ${user}@test: "mailbox ${user.length}" is out of reach since 12:0${users.indexOf(user)}`,
    });
    await accounts.join(user, 1, 2);
    const parked = () => system.service.query('select from banyan.set_aside where partition_key = $1', [user]);
    await expect.poll(async () => (await parked()).rows.length, { timeout: 60_000 }).toBe(2);
  }
}

test(
  'letters of one cause are one group; a letter is shown without what is personal, and with it only on the record',
  patience,
  async () => {
    await bury('bo', 'cleo');
    accounts.faults.handler.set('dan', { refusal: 'dan is too young' });
    await accounts.join('dan', 1);
    await expect.poll(async () => (await overview()).groups.length, { timeout: 60_000 }).toBe(2);
    const { groups, retrying, away } = await overview();
    expect({ retrying, away }).toEqual({ retrying: 0, away: [] });
    const mail = groups.find(({ count }) => count === 2)!;
    expect(mail).toMatchObject({ service: 'accounts', group: 'accounts', type: 'user.joined', parkedKeys: 2 });
    expect(mail.error).toBe('No mail to …: "…" is out of reach since …');
    const query = new URLSearchParams({ service: mail.service, group: mail.group, type: mail.type, error: mail.error }).toString();
    const entries = await lettersOf(query);
    expect(entries.map(({ key }) => key)).toEqual(['bo', 'cleo']);
    expect(entries[0]).toMatchObject({
      reason: 'failed',
      attempts: 1,
      parked: 1,
      error: 'No mail to (personal): "mailbox 2" is out of reach since 12:00',
      payload: { type: 'user.joined', data: { userId: 'bo', email: '(personal)', number: 1 } },
    });
    const { id } = entries[0]!;
    expect(await lettersOf(`id=${id}`)).toEqual([entries[0]]);
    expect((await lettersOf(`id=elsewhere-1`)).length).toBe(0);
    expect((await system.ask('GET', `/v1/dead-letters?id=${id}&showPersonal=true&actor=ada`)).status).toBe(400);
    expect(await auditOf('personal')).toEqual([]);
    const whole = await lettersOf(`id=${id}&showPersonal=true&actor=ada&reason=support%20case`);
    expect(whole[0]).toMatchObject({ error: expect.stringContaining('bo@test') as string, payload: { data: { email: 'bo@test' } } });
    expect(await auditOf('personal')).toMatchObject([
      { actor: 'ada', reason: 'support case', extraction: 'accounts', detail: { letters: [id] } },
    ]);
  },
);

test('a dry run says what would happen, and changes nothing', patience, async () => {
  const before = await overview();
  const { lines, end } = await redrive({ selector: { all: true }, actor: 'ada', dryRun: true });
  expect(lines.map(({ key, step, parked, isReadable }) => [key, step, parked, isReadable])).toEqual([
    ['bo', 'would-redrive', 1, true],
    ['cleo', 'would-redrive', 1, true],
    ['dan', 'would-redrive', 0, true],
  ]);
  expect(end).toMatchObject({ done: true, step: 'dry-run', letters: 3, handled: 0 });
  expect(await overview()).toEqual(before);
  expect(await auditOf('redrive')).toEqual([]);
});

test('redriven letters are told one by one: handled with what was parked behind, or failed again', patience, async () => {
  accounts.faults.handler.delete('bo');
  await accounts.join('bo', 3);
  const { lines, end } = await redrive({
    selector: { type: 'user.joined', error: (await overview()).groups.find(({ count }) => count === 2)!.error },
    ...order,
  });
  expect(new Set(resultsOf(lines))).toEqual(new Set(['bo handled', 'cleo failed']));
  expect(lines.find(({ step }) => step === 'failed')?.why).toBe('No mail to (personal): "mailbox 4" is out of reach since 12:01');
  expect(end).toMatchObject({ done: true, letters: 2, handled: 1, failed: 1, waiting: 0, parkedLeft: 0 });
  await expect.poll(() => accounts.welcomed('bo'), { timeout: 60_000 }).toEqual([1, 2, 3]);
  expect(await accounts.welcomed('cleo')).toEqual([]);
  expect((await auditOf('redrive')).map(({ action, actor, reason, extraction }) => [action, actor, reason, extraction])).toEqual([
    ['redrive.begun', 'ada', order.reason, 'accounts'],
    ['redrive.done', 'ada', order.reason, 'accounts'],
  ]);
  expect((await auditOf('redrive.done'))[0]?.detail).toMatchObject({ count: 2, outcome: { handled: 1, failed: 1 } });
});

test('a redrive of a service that is away is stored, and happens when it is back', patience, async () => {
  await accounts.stop();
  accounts.faults.handler.delete('cleo');
  const [cleo] = (await lettersOf('type=user.joined')).filter(({ key }) => key === 'cleo');
  const { lines, end } = await redrive({ selector: { id: cleo!.id }, ...order, waitMs: 300 });
  expect(resultsOf(lines)).toEqual(['cleo stored']);
  expect(end).toMatchObject({ handled: 0, failed: 0, stored: 1 });
  expect((await overview()).retrying).toBe(1);
  await accounts.start();
  await expect.poll(() => accounts.welcomed('cleo'), { timeout: 60_000 }).toEqual([1, 2]);
});

test('what waits behind an earlier letter of its key is said to wait for it', patience, async () => {
  await bury('eve');
  const [first] = (await lettersOf('type=user.joined')).filter(({ key }) => key === 'eve');
  // The second of its key is dead as well, as after a redrive that got so far and no further.
  await system.service.query(`update banyan.set_aside set state = 'dead', due_at = null where partition_key = 'eve'`);
  const second = (await lettersOf('type=user.joined')).find(({ key, id }) => key === 'eve' && id !== first!.id)!;
  expect(second.behind).toBe(first!.id);
  const { lines, end } = await redrive({ selector: { id: second.id }, ...order });
  expect(resultsOf(lines)).toEqual(['eve waiting']);
  expect(end).toMatchObject({ waiting: 1, message: expect.stringContaining('waiting behind an earlier event') as string });
  accounts.faults.handler.delete('eve');
  const { end: all } = await redrive({ selector: { id: first!.id }, ...order });
  expect(all).toMatchObject({ handled: 1, parkedLeft: 0, parkedFailed: 0 });
  expect(await accounts.welcomed('eve')).toEqual([1, 2]);
});

test('a discarded letter is kept with who and why, and its key goes on', patience, async () => {
  const [dan] = (await lettersOf('type=user.joined')).filter(({ key }) => key === 'dan');
  accounts.faults.handler.delete('dan');
  await accounts.join('dan', 2);
  const answer = await system.ask('POST', '/v1/dead-letters/discard', { id: dan!.id, actor: 'ada', reason: 'he is ten' });
  expect(await answer.json()).toMatchObject({ done: true, id: dan!.id });
  await expect.poll(() => accounts.welcomed('dan'), { timeout: 60_000 }).toEqual([2]);
  expect(await lettersOf('discarded=true')).toMatchObject([
    { id: dan!.id, payload: { data: { email: '(personal)' } }, discarded: { by: 'ada', why: 'he is ten' } },
  ]);
  expect((await auditOf('discard')).map(({ action, reason }) => [action, reason])).toEqual([
    ['discard.begun', 'he is ten'],
    ['discard.done', 'he is ten'],
  ]);
  const again = await system.ask('POST', '/v1/dead-letters/discard', { id: dan!.id, actor: 'ada', reason: 'he is ten' });
  expect([again.status, ((await again.json()) as { error: { code: string } }).error.code]).toEqual([404, 'CONTROLLER_DEAD_LETTER_UNKNOWN']);
  expect(await overview()).toMatchObject({ groups: [], retrying: 0 });
});

test.each([
  ['nothing selected', 'redrive', { selector: {}, ...order }, 400],
  ['no reason', 'redrive', { selector: { all: true }, actor: 'ada' }, 400],
  ['an id that is no letter', 'redrive', { selector: { id: 'accounts-999' }, ...order }, 404],
  ['an id that is none', 'discard', { id: '; drop table', ...order }, 404],
])('%s is refused', async (_what, verb, body, status) => {
  expect((await system.ask('POST', `/v1/dead-letters/${verb}`, body)).status).toBe(status);
});

async function stuckAt(step: 'refund' | 'thank', key: string): Promise<string> {
  if (step === 'refund') accounts.faults.steps.add('ship');
  accounts.faults.steps.add(step);
  await accounts.startOrder(key);
  const stuck = async () =>
    (await system.get<{ sagas: ServiceSaga[] }>('/v1/sagas?state=needs-operator')).sagas.find((it) => it.key === key);
  await expect.poll(stuck, { timeout: 60_000 }).toBeDefined();
  return (await stuck())!.id;
}

async function ask(id: string, action: string, more: Record<string, unknown> = {}): Promise<SagaAnswer> {
  const answer = await system.ask('POST', `/v1/sagas/${id}/request`, { action, by: 'ada', reason: `${action} it`, ...more });
  return (await answer.json()) as SagaAnswer;
}

test('a stuck saga is retried, edited, skipped and compensated; each is audited with what came of it', patience, async () => {
  const retried = await stuckAt('thank', 'retried');
  expect(await ask(retried, 'compensate')).toMatchObject({ answer: 'declined', state: 'needs-operator' });
  expect(await ask(retried, 'retry')).toMatchObject({ answer: 'carried-out', state: 'needs-operator', reason: 'thank is out of reach' });
  expect(await ask(retried, 'edit', { input: { orderId: 'another' } })).toMatchObject({ answer: 'carried-out', state: 'needs-operator' });
  expect(await ask(retried, 'edit', { input: { orderId: 7 } })).toMatchObject({ answer: 'declined', state: 'needs-operator' });
  const skipped = await stuckAt('thank', 'skipped');
  expect(await ask(skipped, 'skip', { result: 'thanked by letter' })).toMatchObject({ answer: 'carried-out', state: 'completed' });
  accounts.faults.steps.delete('thank');
  expect(await ask(retried, 'retry')).toMatchObject({ answer: 'carried-out', state: 'completed' });
  const compensated = await stuckAt('refund', 'compensated');
  accounts.faults.steps.delete('refund');
  expect(await ask(compensated, 'compensate')).toMatchObject({ answer: 'carried-out', state: 'compensated' });
  const { error } = (await ask(compensated, 'retry')) as unknown as { error: { code: string } };
  expect(error.code).toBe('CONTROLLER_SAGA_REFUSED');

  const told = (await auditOf('saga')).map(({ action, actor, reason, extraction, detail }) => {
    const { key, outcome } = detail as { key: string; outcome?: SagaAnswer };
    return [key, action, actor, reason, extraction, ...(outcome === undefined ? [] : [outcome.answer, outcome.state])].join(' ');
  });
  expect(told.filter((line) => !line.includes('.begun'))).toEqual([
    'retried saga compensate.done ada compensate it accounts declined needs-operator',
    'retried saga retry.done ada retry it accounts carried-out needs-operator',
    'retried saga edit.done ada edit it accounts carried-out needs-operator',
    'retried saga edit.done ada edit it accounts declined needs-operator',
    'skipped saga skip.done ada skip it accounts carried-out completed',
    'retried saga retry.done ada retry it accounts carried-out completed',
    'compensated saga compensate.done ada compensate it accounts carried-out compensated',
    'compensated saga retry.failed ada retry it accounts',
  ]);
  expect(told.filter((line) => line.includes('.begun'))).toHaveLength(8);
});

test('the whole audit holds, and says at which entry when somebody has changed it', patience, async () => {
  const { check, entries } = await system.get<AuditView>('/v1/audit');
  expect(check).toMatchObject({ intact: true, rows: entries.length });
  await system.control.query(
    "begin; set local session_replication_role = 'replica'; update banyan.audit set actor = 'bob' where action = 'discard.done'; commit",
  );
  const changed = entries.find(({ action }) => action === 'discard.done')!;
  expect((await system.get<AuditView>('/v1/audit')).check).toMatchObject({
    intact: false,
    error: { code: 'MIGRATION_AUDIT_BROKEN', evidence: { seq: changed.seq, actor: 'bob', found: changed.hash } },
  });
});
