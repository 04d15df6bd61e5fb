// Finds the RabbitMQ that is installed on this machine; none comes with npm.
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Debian's program on the PATH is a wrapper that insists on being root or the user `rabbitmq`; what it wraps lies here. */
const debianProgram = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** Path of `rabbitmq-server`: `BANYAN_RABBITMQ` when set, else what Debian installs, else the first on the PATH. Undefined: there is none. */
export function findRabbitmq(environment: Environment = process.env): string | undefined {
  const named = environment['BANYAN_RABBITMQ'];
  if (named !== undefined && named !== '') return named;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.map((folder) => join(folder, 'rabbitmq-server')).find(isProgram);
  if (onPath === undefined) return undefined;
  return basename(realpathSync(onPath)) === 'rabbitmq-script-wrapper' && isProgram(debianProgram) ? debianProgram : onPath;
}

/** The port mapper of Erlang, beside `erl` on the PATH. */
export function findEpmd(environment: Environment = process.env): string {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'epmd')).find(isProgram) ?? 'epmd';
}

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** As root the server runs as `rabbitmq`, or `nobody` where there is no such user; otherwise as whoever we are. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['rabbitmq', 'nobody']) {
    const fields = entries.find((entry) => entry.startsWith(`${wanted}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return { uid: 65_534, gid: 65_534 };
}

/** The commands beside the server: rabbitmqctl and others. */
export function programBeside(server: string, name: string): string {
  return join(dirname(server), name);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
