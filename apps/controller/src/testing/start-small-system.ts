/** The small system running for a test: two databases, two programs, a real gateway and the real controller. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof/crash-point';
import type { ArmedCrash } from '@banyan/proof/crash-point';
import { freePort } from '@banyan/proof/free-port';
import { startProgram } from '@banyan/proof/program';
import type { Program } from '@banyan/proof/program';
import { createTestDatabase } from '@banyan/proof/test-database';
import type { TestDatabase } from '@banyan/proof/test-database';
import type { StateView } from '../state-view.ts';
import { usersTable } from './small-system/users-table.ts';

const controllerToken = 'controller-token-of-the-test';
const gatewayToken = 'gateway-token-of-the-test';
const directory = fileURLToPath(new URL('../../src/testing/small-system/', import.meta.url));

export interface Line {
  readonly step?: string;
  readonly message?: string;
  readonly done?: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}

export class SmallSystem {
  readonly #work: string;
  readonly #verifyEveryS: number;
  readonly #programs: Program[] = [];
  readonly monolith: TestDatabase;
  readonly service: TestDatabase;
  readonly control: TestDatabase;
  readonly #ports: {
    readonly monolith: number;
    readonly service: number;
    readonly gateway: number;
    readonly admin: number;
    readonly controller: number;
  };
  controller: Program | undefined;

  constructor(work: string, databases: readonly TestDatabase[], ports: readonly number[], verifyEveryS: number) {
    this.#work = work;
    this.#verifyEveryS = verifyEveryS;
    [this.monolith, this.service, this.control] = databases as [TestDatabase, TestDatabase, TestDatabase];
    const [monolith = 0, service = 0, gateway = 0, admin = 0, controller = 0] = ports;
    this.#ports = { monolith, service, gateway, admin, controller };
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#ports.gateway}`;
  }

  /** The service's program: killed, and started again. */
  async killService(): Promise<void> {
    await this.#programs[1]?.kill();
  }

  async startService(): Promise<void> {
    this.#programs[1] = await this.#launch('service', this.#ports.service, { DATABASE_URL: this.service.url });
  }

  gatewayProgram(): Program {
    return this.#programs[2] as Program;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.#ports.admin}`;
  }

  get controllerUrl(): string {
    return `http://127.0.0.1:${this.#ports.controller}`;
  }

  async start(): Promise<void> {
    const { monolith, service } = this.#ports;
    this.#programs.push(
      ...(await Promise.all([
        this.#launch('monolith', monolith, { DATABASE_URL: this.monolith.url }),
        this.#launch('service', service, { DATABASE_URL: this.service.url }),
      ])),
    );
    await this.#startGateway();
    await this.startController();
  }

  #launch(name: string, port: number, environment: Record<string, string>): Promise<Program> {
    const entry = fileURLToPath(new URL('../../dist/testing/small-system/users-program.js', import.meta.url));
    const readyUrl = `http://127.0.0.1:${port}/ready`;
    return startProgram({ name, entry, environment: { PORT: String(port), ...environment }, readyUrl });
  }

  async #startGateway(): Promise<void> {
    const file = join(this.#work, 'gateway.json');
    const configuration = {
      port: this.#ports.gateway,
      adminPort: this.#ports.admin,
      adminToken: gatewayToken,
      statePath: join(this.#work, 'gateway-state'),
      monolithUrl: `http://127.0.0.1:${this.#ports.monolith}`,
      controllerUrl: this.controllerUrl,
      controllerToken,
      accessLog: 'off',
      limits: { noiseSamplesMin: 2 },
    };
    await writeFile(file, JSON.stringify(configuration));
    const entry = fileURLToPath(import.meta.resolve('@banyan/gateway/main'));
    this.#programs.push(
      await startProgram({ name: 'gateway', entry, environment: { GATEWAY_CONFIG: file }, readyUrl: `${this.adminUrl}/health` }),
    );
  }

  /** Starts the controller, with the crash preload; resolves when it is in charge. */
  async startController(): Promise<void> {
    const file = join(this.#work, 'controller.json');
    const program = (port: number, database: TestDatabase) => ({ url: `http://127.0.0.1:${port}`, databaseUrl: database.url });
    const configuration = {
      port: this.#ports.controller,
      token: controllerToken,
      controlDatabaseUrl: this.control.url,
      system: join(directory, 'banyan.config.ts'),
      programs: { monolith: program(this.#ports.monolith, this.monolith), accounts: program(this.#ports.service, this.service) },
      gateways: [{ adminUrl: this.adminUrl, adminToken: gatewayToken }],
      sidePrograms: { mailer: { stop: this.#mailer('stopped'), start: this.#mailer('started') } },
      verifyEveryS: this.#verifyEveryS,
      verifyTouchedEveryS: this.#verifyEveryS,
    };
    await writeFile(file, JSON.stringify(configuration));
    this.controller = await startProgram({
      name: 'controller',
      entry: fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
      nodeArguments: ['--import', '@banyan/proof/crash-preload'],
      environment: { CONTROLLER_CONFIG: file, BANYAN_CRASH_FILE: this.#crashFile, SMALL_SYSTEM: `small-${this.#ports.controller}` },
      readyUrl: `${this.controllerUrl}/health`,
    });
  }

  /** The side program is a file that says whether it runs. */
  #mailer(word: string): readonly string[] {
    return [process.execPath, '-e', `require('node:fs').writeFileSync(${JSON.stringify(this.#mailerFile)}, '${word}')`];
  }

  get #mailerFile(): string {
    return join(this.#work, 'mailer');
  }

  get #crashFile(): string {
    return join(this.#work, 'crash');
  }

  async mailer(): Promise<string> {
    return readFile(this.#mailerFile, 'utf8').catch(() => 'started');
  }

  arm(point: string): ArmedCrash {
    return armCrash(this.#crashFile, point);
  }

  async get<Body>(path: string): Promise<Body> {
    const response = await this.ask('GET', path);
    return (await response.json()) as Body;
  }

  async ask(method: string, path: string, body?: unknown, token = controllerToken): Promise<Response> {
    return fetch(this.controllerUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** The last line of a move's answer; undefined when the controller died before it. */
  async move(verb: 'advance' | 'back' | 'verify', body: unknown = {}): Promise<Line | undefined> {
    try {
      const response = await this.ask('POST', `/v1/extractions/accounts/${verb}`, body);
      const lines = (await response.text()).trim().split('\n');
      const last = JSON.parse(lines.at(-1) ?? '{}') as Line;
      return last.done === true || last.error !== undefined ? last : undefined;
    } catch {
      return undefined;
    }
  }

  /** As `move`, and throws unless it is done. */
  async moveDone(verb: 'advance' | 'back', body: unknown = {}): Promise<Line> {
    const last = await this.move(verb, body);
    if (last?.done === true) return last;
    throw new Error(
      `${verb} ${JSON.stringify(body)} ended with ${JSON.stringify(last)}; the controller says: ${this.controller?.output().slice(-1500)}`,
    );
  }

  async state(): Promise<StateView> {
    return this.get<StateView>('/v1/state');
  }

  async stop(): Promise<void> {
    await this.controller?.stop();
    await Promise.all(this.#programs.map((it) => it.stop()));
    await Promise.all([this.monolith.close(), this.service.close(), this.control.close()]);
    await rm(this.#work, { recursive: true, force: true });
  }
}

export interface SmallSystemOptions {
  /** Default 2. Where gates are forced nothing needs it: rows are verified when that is asked for. */
  readonly verifyEveryS?: number;
}

/** Two databases with the same table, the old one with 20 rows. */
export async function startSmallSystem({ verifyEveryS = 2 }: SmallSystemOptions = {}): Promise<SmallSystem> {
  const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  await databases[0].query(usersTable);
  await databases[1].query(usersTable);
  await databases[0].query("insert into users (name) select 'user ' || n from generate_series(1, 20) as n");
  const ports: number[] = [];
  while (ports.length < 5) {
    const port = await freePort();
    if (!ports.includes(port)) ports.push(port);
  }
  const system = new SmallSystem(await mkdtemp(join(tmpdir(), 'banyan-small-')), databases, ports, verifyEveryS);
  try {
    await system.start();
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}
