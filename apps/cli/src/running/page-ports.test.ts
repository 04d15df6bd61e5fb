import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandCall } from '../command-line.ts';
import type { Reporter } from '../output.ts';
import { choosePagePorts, usualPorts } from './page-ports.ts';

const holder = createServer();
const warnings: string[] = [];
const reporter: Reporter = { line: () => {}, step: () => {}, warn: (text) => void warnings.push(text) };
const call = (options: CommandCall['options']): CommandCall => ({ positionals: [], options, json: false });

beforeEach(() => new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve)));
afterEach(() => new Promise((resolve) => holder.close(resolve)));

test('a port that was asked for is taken, or refused with who holds it', async () => {
  const { port } = holder.address() as AddressInfo;
  await expect(choosePagePorts(call({ 'console-port': String(port) }), 3000, reporter)).rejects.toMatchObject({
    code: 'CLI_PORT_TAKEN',
    message: expect.stringContaining(`(pid ${process.pid})`),
    fix: expect.stringContaining('--console-port '),
  });
  await expect(choosePagePorts(call({ 'console-port': '4000' }), 4000, reporter)).rejects.toMatchObject({ code: 'CLI_PORT_TAKEN' });
});

test('a usual port gives way, and that is said; no two pages take one port', async () => {
  const usual = usualPorts['console-port'];
  const { consolePort, webPort } = await choosePagePorts(call({}), usual, reporter);
  expect(consolePort).not.toBe(usual);
  expect(warnings).toContain(`Port ${usual} is another one of this run. The console takes ${consolePort} instead.`);
  expect([usual, consolePort]).not.toContain(webPort);
  const both = call({ 'console-port': String(consolePort), 'web-port': String(consolePort) });
  await expect(choosePagePorts(both, 3000, reporter)).rejects.toMatchObject({
    code: 'CLI_PORT_TAKEN',
    fix: expect.stringContaining('--web-port '),
  });
});
