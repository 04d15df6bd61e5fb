/** Finds a system by name or path and loads its configuration and migration; what is wrong with them is said before anything starts. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadSystem } from '@banyan/migration/load';
import type { MigrationPlan } from '@banyan/migration/plan';
import type { SystemDefinition } from '@banyan/migration/system';
import { CliError } from '../errors.ts';

export interface LocatedSystem {
  readonly definition: SystemDefinition;
  readonly configFile: string;
  readonly directory: string;
  readonly migration: MigrationPlan;
}

/** The folder that holds `systems/` and `.banyan/`: the repository, or the system's own folder, or where the command was typed. */
export function homeDirectory(): string {
  return process.env['BANYAN_ROOT'] ?? folderOfSystem() ?? process.cwd();
}

/** The nearest folder above that has a configuration, from inside of which no name is needed. */
export function folderOfSystem(): string | undefined {
  for (let folder = process.cwd(), above = dirname(folder); ; [folder, above] = [above, dirname(above)]) {
    if (existsSync(join(folder, 'banyan.config.ts'))) return folder;
    if (above === folder) return undefined;
  }
}

/** `word` is a name below `systems/`, a folder, or a `banyan.config.ts`. Without one it is the system around here, or Node-Learn. */
export async function locateSystem(word = folderOfSystem() ?? 'node-learn'): Promise<LocatedSystem> {
  const candidates = [join(homeDirectory(), 'systems', word), resolve(word)];
  const configFile = candidates
    .map((path) => (path.endsWith('.ts') ? path : join(path, 'banyan.config.ts')))
    .find((path) => existsSync(path) && statSync(path).isFile());
  if (configFile === undefined) {
    const known = systemNames();
    const choice =
      known.length === 0
        ? 'Give the path of a folder with banyan.config.ts'
        : `Give one of: ${known.join(', ')}; or the path of a folder with banyan.config.ts`;
    throw new CliError(
      'CLI_SYSTEM_UNKNOWN',
      `There is no system "${word}", neither in ${join(homeDirectory(), 'systems')} nor as a path.`,
      choice,
    );
  }
  const { system, plan, directory } = await loadSystem(configFile);
  return { definition: system, configFile, directory, migration: plan };
}

export function systemNames(): string[] {
  const folder = join(homeDirectory(), 'systems');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'banyan.config.ts')));
}
