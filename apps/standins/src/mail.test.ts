import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStandins, type Standins } from './standins.ts';

let standins: Standins;
let url: string;
beforeAll(async () => {
  standins = await startStandins({ mailPort: 0, smtpPort: 0, mailsMax: 5 });
  url = standins.mail?.url ?? '';
});
afterAll(() => standins.close());
beforeEach(async () => {
  await ask('DELETE', '/mails');
  await ask('DELETE', '/control/faults');
});

interface ShownMail {
  readonly id: number;
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly source?: string;
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url + path, { method, ...sent });
  return { status: answer.status, json: await answer.json() };
}

const mails = async (query = '') => (await ask('GET', `/mails${query}`)).json as ShownMail[];

async function send(subject: string, to = 'ann@example.test', text = 'Good day.'): Promise<void> {
  const { port } = new URL(standins.mail?.smtpUrl ?? '');
  const transport = createTransport({ host: '127.0.0.1', port: Number(port), secure: false });
  await transport.sendMail({ from: 'noreply@example.test', to, subject, text });
}

describe('mails', () => {
  test('one that is sent is listed, shown, and shown as it came', async () => {
    const text = 'Grüße, 東京 🎫\n\n.a line that begins with a dot\nhttp://localhost/reset?token=abc';
    await send('Überraschung 🎉', 'ann@example.test', text);
    const [listed] = await mails();
    expect(listed).toMatchObject({ from: 'noreply@example.test', to: ['ann@example.test'], subject: 'Überraschung 🎉', text });
    expect(listed?.messageId).toMatch(/^<.+@.+>$/);
    const shown = (await ask('GET', `/mails/${listed?.id}`)).json as ShownMail;
    expect(shown.source).toContain('\r\nSubject: =?UTF-8?');
  });

  test('they are found by recipient, by subject, and by what came after', async () => {
    await send('one', 'ann@example.test');
    await send('two', 'bob@example.test');
    await send('three', 'ann@example.test');
    expect((await mails()).map(({ subject }) => subject)).toEqual(['three', 'two', 'one']);
    expect((await mails('?to=ann@example.test')).map(({ subject }) => subject)).toEqual(['three', 'one']);
    const [two] = await mails('?subject=two');
    expect((await mails(`?after=${two?.id}`)).map(({ subject }) => subject)).toEqual(['three']);
  });

  test('they are cleared, all or those of one recipient', async () => {
    await send('one', 'ann@example.test');
    await send('two', 'bob@example.test');
    expect(await ask('DELETE', '/mails?to=ann@example.test')).toEqual({ status: 200, json: { cleared: 1 } });
    expect((await mails()).map(({ subject }) => subject)).toEqual(['two']);
    expect((await ask('GET', '/mails/99999')).status).toBe(404);
  });

  test('beyond the limit the oldest goes', async () => {
    for (const subject of ['1', '2', '3', '4', '5', '6']) await send(subject);
    expect((await mails()).map(({ subject }) => subject)).toEqual(['6', '5', '4', '3', '2']);
  });

  test('a person reads them, and what is in them does nothing', async () => {
    await send('<img src=x>', 'ann@example.test', 'Go to http://localhost/reset?token=abc <script>');
    const [mail] = await mails();
    const list = await (await fetch(`${url}/?to=ann@example.test`)).text();
    expect(list).toContain(`href="/mail/${mail?.id}"`);
    const page = await (await fetch(`${url}/mail/${mail?.id}`)).text();
    expect(page).toContain('<a href="http://localhost/reset?token=abc">');
    for (const html of [list, page]) expect(html).not.toMatch(/<img|<script/);
  });
});

describe('faults', () => {
  test('a recipient is refused so often, others are not', async () => {
    expect((await ask('POST', '/control/faults', { kind: 'refuse', to: 'ann@example.test', times: 1 })).status).toBe(201);
    await send('other', 'bob@example.test');
    await expect(send('first')).rejects.toMatchObject({ responseCode: 451 });
    await send('second');
    expect((await mails()).map(({ subject }) => subject)).toEqual(['second', 'other']);
  });

  test.each([
    [true, ['half-way']],
    [false, []],
  ])('the connection ends after the message and before its answer; kept all the same: %s', async (keeps, kept) => {
    await ask('POST', '/control/faults', { kind: 'break', times: 1, keeps });
    await expect(send('half-way')).rejects.toMatchObject({ command: 'CONN' });
    expect((await mails()).map(({ subject }) => subject)).toEqual(kept);
  });

  test('an answer is late, and the message is there once', async () => {
    await ask('POST', '/control/faults', { kind: 'delay', delayMs: 300, times: 1 });
    const started = performance.now();
    await send('late');
    expect(performance.now() - started).toBeGreaterThan(290);
    expect((await mails()).map(({ subject }) => subject)).toEqual(['late']);
  });

  test('they are listed, taken away, and refused when they make no sense', async () => {
    await ask('POST', '/control/faults', { kind: 'refuse' });
    expect((await ask('GET', '/control/faults')).json).toEqual([{ kind: 'refuse' }]);
    expect((await ask('DELETE', '/control/faults')).json).toEqual({ cleared: 1 });
    await send('through');
    for (const wrong of [{ kind: 'explode' }, {}, { kind: 'delay' }, { kind: 'refuse', times: 0 }, { kind: 'refuse', to: 'x' }]) {
      const { status, json } = await ask('POST', '/control/faults', wrong);
      expect([status, (json as { error: { code: string } }).error.code]).toEqual([400, 'STANDINS_FAULT_INVALID']);
    }
  });
});

test('a taken port is named, and what was started is stopped', async () => {
  const port = Number(new URL(url).port);
  await expect(startStandins({ googlePort: 0, mailPort: port })).rejects.toMatchObject({ code: 'STANDINS_PORT_TAKEN' });
  const smtpPort = Number(new URL(standins.mail?.smtpUrl ?? '').port);
  await expect(startStandins({ mailPort: 0, smtpPort })).rejects.toMatchObject({ code: 'STANDINS_PORT_TAKEN' });
});
