/** The secrets of one local installation: generated at the first start, kept in a file only its user can read. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';

/** Returns a value for each name, 32 random bytes in base64url, making up the missing ones. */
export function keepSecrets(file: string, names: readonly string[]): Readonly<Record<string, string>> {
  const kept = existsSync(file) ? readSecrets(file) : {};
  if (existsSync(file)) chmodSync(file, 0o600);
  const fresh = names.filter((name) => kept[name] === undefined).map((name) => [name, randomBytes(32).toString('base64url')] as const);
  if (fresh.length === 0) return kept;
  const all = { ...kept, ...Object.fromEntries(fresh) };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(all, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return all;
}

function readSecrets(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (cause) {
    // The words of the parser repeat a part of the file.
    const why = cause instanceof SyntaxError ? 'it is not JSON' : String(cause);
    const fix = `Remove it, and new secrets are made (people sign in again): rm ${file}`;
    throw new CliError('CLI_FOLDER_UNUSABLE', `${file} cannot be read: ${why}.`, fix);
  }
}
