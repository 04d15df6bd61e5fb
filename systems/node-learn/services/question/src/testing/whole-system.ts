/** Starts what question's extraction consists of, each program as it runs in earnest: monolith, service, gateway, controller. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import { freePort, type Program, startProgram } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { type RunningQuestion, startMonolith, startQuestion } from './programs.ts';

const root = '../../../../../..';
const jwtSecret = 'a secret that monolith and gateway share';
const configFile = 'systems/node-learn/banyan.config.ts';
const controlToken = 'a-token-only-for-this-test';

export interface WholeSystem {
  readonly gatewayUrl: string;
  readonly monolithUrl: string;
  readonly question: RunningQuestion;
  /** Of an administrator. */
  readonly adminToken: string;
  /** What the acceptance program is told. */
  readonly acceptanceTarget: Readonly<Record<string, unknown>>;
  /** Asks the controller for a move; resolves with its last line. */
  advance(body: object): Promise<Record<string, unknown>>;
  back(body: object): Promise<Record<string, unknown>>;
  shadow(): Promise<Readonly<Record<string, ShadowOfRoute>>>;
  stop(): Promise<void>;
}

export interface ShadowOfRoute {
  readonly compared: number;
  readonly mismatches: number;
  readonly unanswered: number;
  readonly undecided: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Record<string, number>>;
  readonly groups: readonly unknown[];
  readonly rules: readonly { readonly declared?: string }[];
}

/** @param bank statements that fill the monolith's database */
export async function startWholeSystem(bank: string): Promise<WholeSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'question-system-'));
  const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase()));
  const [control, monolithDatabase, questionDatabase, otherDatabase] = databases as [
    TestDatabase,
    TestDatabase,
    TestDatabase,
    TestDatabase,
  ];
  const [gatewayPort, gatewayAdminPort, controllerPort, googlePort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;
  const google = await startStandIns(googlePort);
  const monolith = await startMonolith(monolithDatabase.url, { environment: signIn(urlOf(googlePort), urlOf(gatewayPort)) });
  await monolithDatabase.query(bank);
  await monolithDatabase.query("select setval('users_id_seq', 100)"); // past the guest's id
  const question = await startQuestion(questionDatabase.url);
  const gateway = await startGateway(folder, { gatewayPort, gatewayAdminPort, controllerPort, monolithUrl: urlOf(monolith.port) });
  const addresses = await addressesOf({
    monolith: { url: urlOf(monolith.port), databaseUrl: monolithDatabase.url },
    question: { url: urlOf(question.port), databaseUrl: questionDatabase.url },
    others: { url: urlOf(monolith.port), databaseUrl: otherDatabase.url },
  });
  const controller = await startController(folder, {
    controllerPort,
    gatewayAdminPort,
    controlDatabaseUrl: control.url,
    programs: addresses,
  });
  const programs: readonly Program[] = [gateway, controller, question.program, monolith.program, google];
  const admin = { sub: 1, email: 'admin@example.test', name: 'Admin', isAdmin: true };
  const headers = { authorization: `Bearer ${controlToken}`, 'content-type': 'application/json' };
  const move = (what: string) => async (body: object) => {
    const answer = await fetch(`${urlOf(controllerPort)}/v1/extractions/question/${what}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ actor: 'test', ...body }),
    });
    return JSON.parse((await answer.text()).trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  };
  return {
    gatewayUrl: urlOf(gatewayPort),
    monolithUrl: urlOf(monolith.port),
    question,
    adminToken: await createTokens({ secret: jwtSecret }).issue(admin),
    acceptanceTarget: {
      url: urlOf(gatewayPort),
      googleUrl: urlOf(googlePort),
      jwtSecret,
      databases: { monolith: monolithDatabase.url, question: questionDatabase.url },
      tables: { questions: ['monolith', 'question'], choices: ['monolith', 'question'] },
    },
    advance: move('advance'),
    back: move('back'),
    shadow: async () => {
      const answer = await fetch(`${urlOf(gatewayAdminPort)}/shadow`, { headers });
      return ((await answer.json()) as { routes: Record<string, ShadowOfRoute> }).routes;
    },
    stop: async () => {
      for (const program of programs) await program.stop();
      for (const database of databases) await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Address = Readonly<Record<'url' | 'databaseUrl', string>>;

/** The other programs of the system are planned and not asked for anything here: any address does. */
async function addressesOf(known: { monolith: Address; question: Address; others: Address }): Promise<Record<string, Address>> {
  const { default: definition } = (await import(pathOf(configFile))) as { default: { programs: object } };
  const { monolith, question, others } = known;
  return { ...Object.fromEntries(Object.keys(definition.programs).map((name) => [name, others])), monolith, question };
}

function startStandIns(googlePort: number): Promise<Program> {
  return startProgram({
    name: 'stand-ins',
    entry: pathOf('apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ googlePort }) },
    readyUrl: `http://127.0.0.1:${googlePort}/health`,
  });
}

function startGateway(
  folder: string,
  {
    gatewayPort,
    gatewayAdminPort,
    controllerPort,
    monolithUrl,
  }: Readonly<Record<'gatewayPort' | 'gatewayAdminPort' | 'controllerPort', number>> & { readonly monolithUrl: string },
): Promise<Program> {
  const config = {
    port: gatewayPort,
    adminPort: gatewayAdminPort,
    adminToken: controlToken,
    workers: 1,
    statePath: join(folder, 'gateway'),
    controllerUrl: `http://127.0.0.1:${controllerPort}`,
    controllerToken: controlToken,
    monolithUrl,
    accessLog: 'off',
  };
  return startProgram({
    name: 'gateway',
    entry: pathOf('packages/gateway/dist/main.js'),
    environment: { GATEWAY_CONFIG: fileWith(folder, 'gateway.json', config) },
    readyUrl: `http://127.0.0.1:${gatewayAdminPort}/health`,
  });
}

function startController(
  folder: string,
  options: { controllerPort: number; gatewayAdminPort: number; controlDatabaseUrl: string; programs: object },
): Promise<Program> {
  const { controllerPort, gatewayAdminPort, controlDatabaseUrl, programs } = options;
  const config = {
    port: controllerPort,
    token: controlToken,
    controlDatabaseUrl,
    system: pathOf(configFile),
    programs,
    gateways: [{ adminUrl: `http://127.0.0.1:${gatewayAdminPort}`, adminToken: controlToken }],
  };
  return startProgram({
    name: 'controller',
    entry: pathOf('apps/controller/dist/main.js'),
    environment: { CONTROLLER_CONFIG: fileWith(folder, 'controller.json', config) },
    readyUrl: `http://127.0.0.1:${controllerPort}/health`,
  });
}

function signIn(googleUrl: string, gatewayUrl: string): Record<string, string> {
  return {
    JWT_SECRET: jwtSecret,
    GOOGLE_CLIENT_SECRET: 'secret',
    GOOGLE_CALLBACK_URL: `${gatewayUrl}/api/auth/google/callback`,
    GOOGLE_AUTHORIZE_URL: `${googleUrl}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${googleUrl}/oauth2/v4/token`,
    GOOGLE_USERINFO_URL: `${googleUrl}/oauth2/v3/userinfo`,
    FRONTEND_URL: 'http://127.0.0.1:4200',
  };
}

function fileWith(folder: string, name: string, content: object): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(`${root}/${path}`, import.meta.url));
}
