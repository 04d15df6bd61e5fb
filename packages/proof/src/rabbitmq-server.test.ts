import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isWithoutRabbitmq, startRabbitmqServer } from './rabbitmq-server.ts';

/** The first frame of the server, which names it. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('AMQP\0\0\u0009\u0001'));
    socket.once('error', reject);
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString('latin1'));
    });
  });
}

it('where none is installed tests are skipped, unless nothing may be skipped', () => {
  expect(isWithoutRabbitmq({ PATH: '' })).toBe(true);
  expect(isWithoutRabbitmq({ PATH: '', BANYAN_NO_SKIPS: '1' })).toBe(false);
  expect(isWithoutRabbitmq({ PATH: '', BANYAN_RABBITMQ: '/opt/rabbitmq-server' })).toBe(false);
});

describe.skipIf(isWithoutRabbitmq())('a private RabbitMQ', { timeout: 180_000 }, () => {
  it('runs on ports of its own, is killed and started again on its files, and leaves nothing behind', async () => {
    const server = await startRabbitmqServer();
    const [first] = server.pids;
    expect(await greeting(server.port)).toContain('RabbitMQ');
    expect((await server.control('list_vhosts')).trim().split('\n').at(-1)).toBe('/');
    await server.kill();
    await expect(greeting(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(await greeting(server.port)).toContain('RabbitMQ');
    const pids = [first!, ...server.pids];
    await server.stop();
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(existsSync(server.directory)).toBe(false);
  });

  it('what a run that was killed has left on its files is ended by the next one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'banyan-kept-node-'));
    const left = await startRabbitmqServer({ directory });
    const ended: string[] = [];
    const next = await startRabbitmqServer({ directory, port: left.port, onUnexpectedExit: () => ended.push('next') });
    expect(left.pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(await greeting(next.port)).toContain('RabbitMQ');
    await next.stop();
    expect(ended).toEqual([]);
    rmSync(directory, { recursive: true, force: true });
    rmSync(next.directory, { recursive: true, force: true });
  });
});
