/** The commands that the documents show in blocks marked `sh`, and what becomes of them on a running system. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../../../docs');
const main = join(import.meta.dirname, '../../../dist/main.js');
const prefix = 'npm run banyan -- ';
/** Executed by a test of its own, with a system of its own. */
const executedWhole = join('guides', 'your-own-monolith.md');

export interface DocumentCommand {
  /** Below `docs/`. */
  readonly file: string;
  readonly words: readonly string[];
}

/** Throws for a line in such a block that is no command of ours. */
export function documentCommands(): DocumentCommand[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && name !== executedWhole);
  return files.toSorted().flatMap((file) => {
    const blocks = readFileSync(join(folder, file), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms);
    const lines = [...blocks].flatMap(([, block = '']) => block.trim().split('\n'));
    return lines.map((line) => {
      if (!line.startsWith(prefix)) throw new Error(`docs/${file}: "${line}" does not begin with "${prefix}".`);
      return { file, words: [...line.slice(prefix.length).matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '') };
    });
  });
}

/** What it printed when it failed; undefined when it did what it says. */
export async function failureOf({ file, words }: DocumentCommand): Promise<string | undefined> {
  const child = spawn(process.execPath, [main, ...words], { env: process.env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return code === 0 ? undefined : `docs/${file}: banyan ${words.join(' ')} ended with ${String(code)}: ${output}`;
}
