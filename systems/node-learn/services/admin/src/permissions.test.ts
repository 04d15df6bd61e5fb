/** Holes planted into the running service: the matrix of endpoints and callers names each, and names nothing without one. */
import { createHttpClient, plantFault, type SourceChange } from '@banyan/proof';
import { callersOfPeople } from '@banyan/proof/callers';
import { findHoles, publicCells } from '@banyan/proof/permission-matrix';
import { startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { adminEndpoints } from '@node-learn/contracts';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const secrets = { jwtSecret: 'a secret for the tokens of users ', serviceSecret: 'a secret that only services share' };
const claimsOf = (sub: number | string, isAdmin: boolean) => ({ sub, email: `user-${sub}@example.test`, name: `User ${sub}`, isAdmin });
const people = {
  user: 2,
  otherUser: 3,
  admin: 4,
  claimsOf,
  pretending: (sub: number | string) => ({ ...claimsOf(sub, false), isAdmin: 'true' }),
};
const nowhere = 'http://127.0.0.1:9';
const inPackage = (name: string, file: string) => fileURLToPath(new URL(`../../../../../${name}/dist/${file}`, import.meta.url));

let databases: readonly [TestDatabase, TestDatabase];
beforeAll(async () => {
  databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(() => Promise.all(databases.map((database) => database.close())));

/** The cells in which somebody passes who must not; what passes fails afterwards, because the service is alone. */
async function holesWith(name: string, changes: readonly SourceChange[]): Promise<string[]> {
  const [own, broker] = databases;
  const environment = { DATABASE_URL: own.url, BROKER_URL: broker.url, AUTH_URL: nowhere, QUESTION_URL: nowhere, COMMAND_WITHIN_MS: '100' };
  const { nodeArguments, environment: faulty } = plantFault({ name, changes });
  const service = await startServiceProgram({
    name: 'admin',
    entry: fileURLToPath(new URL('../dist/main.js', import.meta.url)),
    environment: {
      ...environment,
      ...faulty,
      JWT_SECRET: secrets.jwtSecret,
      SERVICE_SECRET: secrets.serviceSecret,
      FLAGS: 'admin.questionsGuard',
    },
    nodeArguments,
  });
  const client = createHttpClient(`http://127.0.0.1:${service.port}`);
  try {
    const callers = callersOfPeople({ ...secrets, now: Math.floor(Date.now() / 1000) }, people);
    const flags = new Set(['admin.questionsGuard']);
    const cells = publicCells({ endpoints: adminEndpoints, callers, flags, guestId: 1, userId: 2, ways: { directly: () => client } });
    const lines = await findHoles(cells.filter(({ expected }) => expected === 'refused'));
    return lines.map((line) => line.split(':')[0] ?? '');
  } finally {
    await client.close();
    await service.program.stop();
  }
}

test('without a hole none is named', async () => {
  expect(await holesWith('none', [])).toEqual([]);
});

test('a guard that refuses nobody', async () => {
  const change = {
    module: inPackage('packages/nest', 'caller.guard.js'),
    text: 'this.#whyRefused(endpoint, request);',
    replacement: 'undefined;',
  };
  const holes = await holesWith('no guard', [change]);
  for (const { name } of adminEndpoints) expect(holes).toContain(`${name} as nobody, directly`);
});

test('one endpoint whose guard is missing', async () => {
  const text = "summary: 'All users, the newest first',\n    caller: 'admin',";
  const change = { module: inPackage('systems/node-learn/contracts', 'admin.js'), text, replacement: text.replace("'admin'", "'anyone'") };
  const holes = await holesWith('users for anyone', [change]);
  expect(holes).toContain('admin.users as nobody, directly');
  expect(holes.filter((line) => !line.startsWith('admin.users as '))).toEqual([]);
});

test('a token that has expired is taken', async () => {
  const change = { module: inPackage('packages/identity', 'tokens.js'), text: 'second >= exp', replacement: 'false' };
  expect(await holesWith('no end', [change])).toEqual(
    adminEndpoints.map(({ name }) => `${name} as an expired token of an admin, directly`).toSorted(),
  );
});
