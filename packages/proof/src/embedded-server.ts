// Starts a real PostgreSQL server from npm, on the loopback address only, ready for logical replication.
import { type PostgresBinaries, findBinaries } from './postgres/binaries.ts';
import { type Cluster, prepareCluster } from './postgres/cluster.ts';
import { operatingUser } from './postgres/operating-user.ts';
import { type Postmaster, startPostmaster } from './postgres/postmaster.ts';
import { freePort } from './free-port.ts';

export interface EmbeddedServerOptions {
  /** Folder for the cluster; made when missing. Default: a temporary one. */
  readonly directory?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Keep the files on stop. Default: true when a directory is given. */
  readonly persistent?: boolean;
  /** Wait for the disk on commit. Default true; tests may turn it off. */
  readonly fsync?: boolean;
  /** Default 200. */
  readonly maxConnections?: number;
  /** Further `name=value` settings of the server; they win over ours. */
  readonly settings?: readonly string[];
  readonly onLog?: (line: string) => void;
  /** Called when the server ended without `stop` or `restart`; `restart()` brings it back. */
  readonly onUnexpectedExit?: () => void;
}

export interface EmbeddedServer {
  /** URL of database `postgres` for the superuser `postgres`, password included. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  /** Where the cluster really lies: as root in a closed folder it is moved under /var/tmp. */
  readonly directory: string;
  /** Process id of the server; changes with each restart. */
  readonly pid: number;
  databaseUrl(database: string): string;
  /** Stops (when running) and starts on the same port and files. `immediate` is a crash: recovery runs. Answers how long nobody could connect. */
  restart(mode?: 'fast' | 'immediate'): Promise<{ downMs: number }>;
  /** Fast stop; removes the files of a cluster that is not persistent. Idempotent. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the server: `wal_level=logical`, 64 WAL senders and slots, UTC, password for every connection. As root it runs under
 * the OS user `postgres` or `nobody`. A server that a killed run left on the same files, and temporary clusters of dead
 * processes, are ended first. Ends with this process; after SIGKILL of this process the next start cleans up.
 * Throws ProofError (PROOF_POSTGRES_BINARIES, PROOF_POSTGRES_START).
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const user = operatingUser();
  const binaries = findBinaries(user !== undefined);
  const cluster = await prepareCluster(options.directory, binaries, user, options.fsync ?? true);
  const server = new RunningServer(cluster, binaries, options.port ?? (await freePort()), options);
  try {
    await server.start();
  } catch (error) {
    if (!server.persistent) cluster.remove();
    throw error;
  }
  return server;
}

class RunningServer implements EmbeddedServer {
  readonly port: number;
  readonly persistent: boolean;
  readonly #cluster: Cluster;
  readonly #binaries: PostgresBinaries;
  readonly #options: EmbeddedServerOptions;
  #postmaster: Postmaster | undefined;

  constructor(cluster: Cluster, binaries: PostgresBinaries, port: number, options: EmbeddedServerOptions) {
    this.port = port;
    this.persistent = options.persistent ?? options.directory !== undefined;
    this.#cluster = cluster;
    this.#binaries = binaries;
    this.#options = options;
  }

  get url(): string {
    return this.databaseUrl('postgres');
  }

  get password(): string {
    return this.#cluster.password;
  }

  get directory(): string {
    return this.#cluster.folder;
  }

  get pid(): number {
    return this.#postmaster?.pid ?? 0;
  }

  databaseUrl(database: string): string {
    return `postgres://postgres:${this.#cluster.password}@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    const settings = [...settingsOf(this.port, this.#options), ...(this.#options.settings ?? [])];
    const postmaster = await startPostmaster(this.#cluster, this.#binaries, settings, this.#options.onLog ?? (() => {}));
    this.#postmaster = postmaster;
    void postmaster.ended.then(() => {
      if (this.#postmaster !== postmaster) return;
      this.#postmaster = undefined;
      this.#options.onUnexpectedExit?.();
    });
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<{ downMs: number }> {
    const started = performance.now();
    await this.#halt(mode);
    await this.start();
    return { downMs: Math.round(performance.now() - started) };
  }

  async stop(): Promise<void> {
    await this.#halt('fast');
    if (!this.persistent) this.#cluster.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #halt(mode: 'fast' | 'immediate'): Promise<void> {
    const postmaster = this.#postmaster;
    this.#postmaster = undefined;
    await postmaster?.stop(mode);
  }
}

function settingsOf(port: number, options: EmbeddedServerOptions): string[] {
  const durable = options.fsync ?? true;
  return [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'wal_level=logical',
    'max_wal_senders=64',
    'max_replication_slots=64',
    'max_active_replication_origins=64',
    `max_connections=${options.maxConnections ?? 200}`,
    'shared_buffers=64MB',
    'io_method=sync',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
}
