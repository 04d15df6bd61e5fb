// Generates the Prisma clients of every workspace that has prisma/*.prisma, in parallel; one whose schema and Prisma are as before is passed over.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { modernNode } from './modern-node.mjs';
import { fail, run } from './report.mjs';
import { workspaces } from './workspaces.mjs';

/** Before `tsc -b`, which compiles what is generated. `x.prisma` becomes `src/generated/x/`. */
export async function generateClients(root) {
  const schemas = workspaces(root).flatMap((directory) => schemasIn(directory).map((schema) => clientOf(root, directory, schema)));
  await Promise.all(schemas.filter(({ stamp, inputs }) => !isCurrent(stamp, inputs)).map((client) => generate(root, client)));
}

function schemasIn(directory) {
  const folder = join(directory, 'prisma');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.prisma'))
    .map((name) => join(folder, name));
}

function clientOf(root, directory, schema) {
  const folder = join(directory, 'src/generated', basename(schema, '.prisma'));
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/prisma/package.json'), 'utf8'));
  const inputs = createHash('sha256').update(version).update(readFileSync(schema)).digest('hex');
  return { directory, schema, folder, inputs, stamp: join(folder, '.generated-from') };
}

function isCurrent(stamp, inputs) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
}

/**
 * Generating needs no engine, but the tool would download one before it begins, unless it is named: any program that exists will do,
 * it is never started.
 */
async function generate(root, { directory, schema, folder, inputs, stamp }) {
  const node = modernNode(root);
  const args = [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema];
  const quiet = { PRISMA_SCHEMA_ENGINE_BINARY: node, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  const outcome = await run(relative(root, schema), node, args, { cwd: directory, env: { ...process.env, ...quiet } });
  if (outcome.code !== 0 || !existsSync(join(folder, 'client.ts')))
    fail(
      `The client of ${relative(root, schema)} could not be generated:\n${outcome.output.trim().slice(-4_000)}`,
      'Mend what is named above, then run the same command again',
    );
  writeFileSync(stamp, inputs);
}
