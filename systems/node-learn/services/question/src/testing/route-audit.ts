/** Asks a gateway for everything there is, and for what nobody outside may reach: who answers, and who should. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type plantFault, startProgram } from '@banyan/proof';
import { endpointsByService, internalEndpointsByService } from '@node-learn/contracts';
import { exchangeRaw } from '@banyan/nest/raw-exchange';
import { insideRequests } from './inside-requests.ts';

/**
 * What services answer each other, what tells how they are, and how a careless rule would let it out. Here the service that has the rest
 * says that there is nothing.
 */
const hidden = `
  ${Object.values(internalEndpointsByService).flat().map(toRequest).join('  ')}
  GET /api/internal/questions  GET /api/questions/internal/questions  GET /api/questions/1/answer  GET /api/questions/1/ref
  GET /api/questions/admin/1  GET /API/Questions/Admin/1/  GET /api//questions/admin//1  GET /api/questions/%61dmin/1  POST /api/questions
  PUT /api/questions/1  DELETE /api/questions/1  GET /health/live  GET /health/ready  GET /metrics  GET /api/metrics  GET /api/stats
  GET /api/stats/user  GET /api/answers  POST /api/answers/1  GET /api/achievements/1  GET /api/achievements/user  GET /api/auth
  GET /api/leaderboard  GET /api/leaderboard/mode  GET /api/leaderboard/update  POST /api/leaderboard/mode/1  GET /api/leaderboard/internal/modes
  GET /api/admin  GET /api/admin/questions/1  POST /api/admin/users  GET /api/admin/users/1  GET /api/admin/achievements/1`;

type FaultyStart = ReturnType<typeof plantFault>;

const token = 'a-token-only-for-this-test';
const pathOf = (path: string) => fileURLToPath(new URL(`../../../../../../${path}`, import.meta.url));

const stages = ['planned', 'replicating', 'shadow', 'canary', 'owner', 'retired'] as const;
/** Who has the rest, before the monolith is off and after it; what is inside they know as little as anybody. */
const knowNothing: readonly string[] = ['monolith', 'maintenance'];

export interface RouteAudit {
  /**
   * The routes that migration.ts gives when it is loaded so, with every extraction as the owner. Answers one line for each request that
   * another program gets than the one that should.
   */
  run(options: FaultyStart): Promise<string[]>;
  /** Asks for what is inside in every spelling at every stage: one line for each request that reaches a program which has something inside. */
  runInside(options: FaultyStart): Promise<string[]>;
  stop(): Promise<void>;
}

/** A real gateway; behind it stand servers that only tell their names. */
export async function startRouteAudit(): Promise<RouteAudit> {
  const folder = mkdtempSync(join(tmpdir(), 'route-audit-'));
  const reached: string[] = [];
  const servers = await Promise.all(['monolith', ...Object.keys(endpointsByService)].map((name) => startNamed(name, reached)));
  const upstreams = Object.fromEntries(servers.map(({ name, url }) => [name, url]));
  const [port, adminPort] = [await freePort(), await freePort()];
  const config = { port, adminPort, adminToken: token, workers: 1, statePath: join(folder, 'routes.json'), accessLog: 'off' };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify({ ...config, monolithUrl: upstreams['monolith'] }));
  const gateway = await startProgram({
    name: 'gateway',
    entry: pathOf('packages/gateway/dist/main.js'),
    environment: { GATEWAY_CONFIG: join(folder, 'gateway.json') },
    readyUrl: `http://127.0.0.1:${adminPort}/health`,
    timeoutMs: 120_000,
  });
  let version = 0;
  const put = async (options: FaultyStart, stage: string, sharePercent = 0) => {
    const body = `{"table":${computeTable(options, { upstreams, version: (version += 1), stage, sharePercent })}}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const taken = await fetch(`http://127.0.0.1:${adminPort}/routes`, { method: 'PUT', headers, body });
    if (taken.status !== 200) throw new Error(`The gateway does not take the routes: ${await taken.text()}`);
  };
  return {
    run: async (options) => {
      await put(options, 'owner');
      return findMisled(`http://127.0.0.1:${port}`);
    },
    runInside: async (options) => {
      const found: string[] = [];
      for (const stage of stages) {
        await put(options, stage, stage === 'canary' ? 50 : 0);
        found.push(...(await findInside(port, reached)).map((line) => `${stage}: ${line}`));
      }
      return found;
    },
    stop: async () => {
      await gateway.stop();
      for (const { server } of servers) server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** In a process of its own, so that migration.ts is loaded as in the controller. */
function computeTable({ nodeArguments, environment }: FaultyStart, options: object): string {
  const ROUTE_TABLE = JSON.stringify({ config: pathOf('systems/node-learn/banyan.config.ts'), ...options });
  const program = fileURLToPath(new URL('../../dist/testing/route-table-program.js', import.meta.url));
  const env = { ...process.env, ...environment, ROUTE_TABLE };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArguments, program], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`There is no route table: ${stderr}`);
  return stdout;
}

async function findMisled(gatewayUrl: string): Promise<string[]> {
  const ofServices = Object.entries(endpointsByService).flatMap(([service, endpoints]) =>
    endpoints.map((endpoint) => [toRequest(endpoint), service] as const),
  );
  const ofRest = hidden
    .trim()
    .split(/\s{2,}/)
    .map((request) => [request, 'maintenance'] as const);
  const misled: string[] = [];
  for (const [request, owner] of [...ofServices, ...ofRest]) {
    const [method = '', path = ''] = request.split(' ');
    const answered = await (await fetch(`${gatewayUrl}${path}`, { method })).text();
    if (answered !== owner) misled.push(`${request}: ${answered} instead of ${owner}`);
  }
  return misled;
}

async function findInside(port: number, reached: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const request of insideRequests(port)) {
    reached.length = 0;
    const answer = await exchangeRaw(port, request);
    const name = [request.method ?? 'GET', request.path, ...(request.headers ?? [])].join(' ');
    if (answer === '') found.push(`${name} had no answer`);
    for (const one of reached.filter((program) => !knowNothing.includes(program))) found.push(`${name} reached ${one}`);
  }
  return found;
}

function toRequest({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path.replaceAll(/:\w+/g, '1')}`;
}

async function startNamed(
  name: string,
  reached: string[],
): Promise<{ readonly name: string; readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    reached.push(name);
    request.resume().on('end', () => response.end(name));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
