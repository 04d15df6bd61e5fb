// Starts a private RabbitMQ node of the installed server, on the loopback address only; the machine's own broker is left alone.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ProofError } from './errors.ts';
import { freePort } from './free-port.ts';
import { type Environment, findRabbitmq, programBeside, serverUser } from './rabbitmq/installation.ts';
import { type NodeFolder, prepareNodeFolder, writeConfiguration } from './rabbitmq/node-folder.ts';
import { nodeEnvironment, type NodeProcess, startNodeProcess } from './rabbitmq/node-process.ts';

export { findRabbitmq } from './rabbitmq/installation.ts';

export interface RabbitmqServerOptions {
  /** Folder for what the node stores; made when missing. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Keep the files on stop. Default: true when a directory is given. */
  readonly persistent?: boolean;
  readonly onLog?: (line: string) => void;
  /** Called when the node ended without `stop`, `kill` or `restart`; `start()` brings it back. */
  readonly onUnexpectedExit?: () => void;
}

export interface RabbitmqServer {
  /** `amqp://banyan:<password>@127.0.0.1:<port>`, virtual host `/`. */
  readonly url: string;
  readonly port: number;
  /** Process id of the node; changes with each start. */
  readonly pid: number;
  /** Of the node and of its port mapper. */
  readonly pids: readonly number[];
  readonly directory: string;
  /** SIGKILL, as a crash; `start()` brings the node back with what it had stored. */
  kill(): Promise<void>;
  /** On the same port and files. */
  start(): Promise<void>;
  /** In order, or as a crash; answers how long nobody could connect. */
  restart(mode?: 'fast' | 'immediate'): Promise<{ downMs: number }>;
  /** `rabbitmqctl` with these arguments on this node; answers what it says. Takes a second. */
  control(...given: readonly string[]): Promise<string>;
  /** In order; a node that is not persistent is killed, and its files are removed. Idempotent. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * For `describe.skipIf(...)`: true where no RabbitMQ is installed, and then it says so. With `BANYAN_NO_SKIPS` it is never true:
 * the tests run, and `startRabbitmqServer` fails them with what to install.
 */
export function isWithoutRabbitmq(environment: Environment = process.env): boolean {
  if (findRabbitmq(environment) !== undefined || environment['BANYAN_NO_SKIPS'] !== undefined) return false;
  process.stderr.write('Tests with RabbitMQ are skipped: it is not installed (Debian: apt-get install rabbitmq-server).\n');
  return true;
}

/**
 * A node of its own name, with its own port mapper, ports, files and password; as root it runs as the user `rabbitmq`. About seven seconds.
 * What a killed run left on the same files, and temporary nodes of dead processes, are ended first. Ends with this process.
 * Throws ProofError (PROOF_RABBITMQ_MISSING, PROOF_RABBITMQ_START).
 */
export async function startRabbitmqServer(options: RabbitmqServerOptions = {}): Promise<RabbitmqServer> {
  const program = findRabbitmq();
  if (program === undefined) throw new ProofError('PROOF_RABBITMQ_MISSING', 'No rabbitmq-server was found on the PATH.');
  const folder = await prepareNodeFolder(options.directory, serverUser());
  const ports = { client: options.port ?? (await freePort()), mapper: await freePort(), distribution: await freePort() };
  const server = new RunningRabbitmq(program, folder, ports, options);
  try {
    await server.start();
  } catch (error) {
    if (!server.persistent) folder.remove();
    throw error;
  }
  return server;
}

interface Ports {
  readonly client: number;
  readonly mapper: number;
  readonly distribution: number;
}

class RunningRabbitmq implements RabbitmqServer {
  readonly persistent: boolean;
  readonly #program: string;
  readonly #folder: NodeFolder;
  readonly #ports: Ports;
  readonly #options: RabbitmqServerOptions;
  #node: NodeProcess | undefined;
  #starting: Promise<void> | undefined;

  constructor(program: string, folder: NodeFolder, ports: Ports, options: RabbitmqServerOptions) {
    this.persistent = options.persistent ?? options.directory !== undefined;
    this.#program = program;
    this.#folder = folder;
    this.#ports = ports;
    this.#options = options;
  }

  get url(): string {
    return `amqp://${this.#folder.user}:${this.#folder.password}@127.0.0.1:${this.#ports.client}`;
  }

  get port(): number {
    return this.#ports.client;
  }

  get pid(): number {
    return this.#node?.pid ?? 0;
  }

  get pids(): readonly number[] {
    return this.#node?.pids ?? [];
  }

  get directory(): string {
    return this.#folder.path;
  }

  async start(): Promise<void> {
    if (this.#node === undefined) await (this.#starting ??= this.#start().finally(() => (this.#starting = undefined)));
  }

  async #start(): Promise<void> {
    const user = serverUser();
    writeConfiguration(this.#folder, this.#ports.client, user);
    const node = await startNodeProcess({
      program: this.#program,
      folder: this.#folder,
      serverUser: user,
      ports: this.#ports,
      onLog: this.#options.onLog ?? (() => {}),
    });
    this.#node = node;
    void node.ended.then(() => {
      if (this.#node !== node) return;
      this.#node = undefined;
      this.#options.onUnexpectedExit?.();
    });
  }

  async kill(): Promise<void> {
    await (await this.#take())?.kill();
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<{ downMs: number }> {
    const started = performance.now();
    const node = await this.#take();
    await (mode === 'fast' ? node?.stop() : node?.kill());
    await this.start();
    return { downMs: Math.round(performance.now() - started) };
  }

  async control(...given: readonly string[]): Promise<string> {
    const environment = nodeEnvironment({ folder: this.#folder, ports: this.#ports });
    const options = { ...serverUser(), cwd: '/', env: environment } as const;
    return (await promisify(execFile)(programBeside(this.#program, 'rabbitmqctl'), ['--quiet', ...given], options)).stdout;
  }

  async stop(): Promise<void> {
    const node = await this.#take();
    if (this.persistent) return node?.stop();
    await node?.kill();
    this.#folder.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** From here on its end is expected. A start that is under way is waited for. */
  async #take(): Promise<NodeProcess | undefined> {
    await this.#starting?.catch(() => undefined);
    const node = this.#node;
    this.#node = undefined;
    return node;
  }
}
