/** Finds a system by name or path and loads its configuration. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SystemDefinition } from '@banyan/migration/system';
import { CliError } from '../errors.ts';

export interface LocatedSystem {
  readonly definition: SystemDefinition;
  readonly configFile: string;
  readonly directory: string;
}

/** The folder that holds `systems/` and `.banyan/`: the repository, or where the command was typed. */
export function homeDirectory(): string {
  return process.env['BANYAN_ROOT'] ?? process.cwd();
}

/** `word` is a name below `systems/`, a folder, or a `banyan.config.ts`. */
export async function locateSystem(word: string): Promise<LocatedSystem> {
  const candidates = [join(homeDirectory(), 'systems', word), resolve(word)];
  const configFile = candidates
    .map((path) => (path.endsWith('.ts') ? path : join(path, 'banyan.config.ts')))
    .find((path) => existsSync(path) && statSync(path).isFile());
  if (configFile === undefined) {
    const known = systemNames();
    const choice = known.length === 0 ? 'a path to a folder with banyan.config.ts' : `one of: ${known.join(', ')}`;
    throw new CliError('CLI_SYSTEM_UNKNOWN', `There is no system "${word}".`, `banyan demo <${choice}>`);
  }
  return { definition: await load(configFile), configFile, directory: resolve(configFile, '..') };
}

export function systemNames(): string[] {
  const folder = join(homeDirectory(), 'systems');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'banyan.config.ts')));
}

async function load(configFile: string): Promise<SystemDefinition> {
  try {
    const module = (await import(pathToFileURL(configFile).href)) as { default?: SystemDefinition };
    if (module.default?.programs !== undefined) return module.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CliError('CLI_SYSTEM_UNKNOWN', `${configFile} cannot be loaded: ${reason}`, `Mend ${configFile}`, { cause: error });
  }
  throw new CliError('CLI_SYSTEM_UNKNOWN', `${configFile} exports no system.`, `export default defineSystem({ … }) in ${configFile}`);
}
