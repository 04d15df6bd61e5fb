/** Refuses to start what has not been built. */
import { existsSync } from 'node:fs';
import { CliError } from '../errors.ts';

export function requireBuilt(entry: string, fix = 'npm run build'): void {
  if (!existsSync(entry)) throw new CliError('CLI_BUILD_MISSING', `${entry} does not exist.`, fix);
}
