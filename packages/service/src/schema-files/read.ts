/** Reads a folder of numbered schema changes and checks that their numbers are a sequence. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../errors.ts';

export interface SchemaFile {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly checksum: string;
}

export async function readSchemaFiles(directory: string): Promise<SchemaFile[]> {
  const names = (
    await readdir(directory).catch((cause: Error) => invalid(`${directory} cannot be read: ${cause.message}`, cause))
  ).toSorted();
  const sqlNames = names.filter((name) => name.endsWith('.sql'));
  sqlNames.forEach((name, index) => {
    const expected = String(index + 1).padStart(3, '0');
    if (!name.startsWith(`${expected}-`)) invalid(`${name} stands where the change ${expected} should be`);
  });
  return Promise.all(
    sqlNames.map(async (name, index) => {
      const sql = await readFile(join(directory, name), 'utf8');
      return { number: index + 1, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function invalid(problem: string, cause?: unknown): never {
  throw new ServiceError('SERVICE_SCHEMA_INVALID', `The schema changes cannot be used: ${problem}.`, { cause });
}
