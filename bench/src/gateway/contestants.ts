/** Starts what is compared: our gateway, bare undici dispatch, @fastify/http-proxy, http-proxy-3 and, where it is installed, nginx. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGatewayClient, type Route } from '@banyan/gateway';

export interface Contestant {
  readonly name: string;
  readonly port: number;
  /** The process that passes requests on. */
  readonly pid: number;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const adminToken = 'only-for-this-benchmark';
const readyWithinMs = 15_000;

/** The first contestant is ours. */
export async function startContestants(
  say: (line: string) => void,
): Promise<{ contestants: Contestant[]; readonly close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(children.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const upstream = await freePort();
    children.push(await startNode('upstream', upstream, upstream));
    const contestants = [await startGateway(folder, upstream, children)];
    for (const name of ['undici dispatch, bare', '@fastify/http-proxy', 'http-proxy-3']) {
      const port = await freePort();
      const child = await startNode(name, port, upstream);
      children.push(child);
      contestants.push({ name, port, pid: child.pid! });
    }
    const nginx = await startNginx(folder, upstream, children);
    if (nginx === undefined) say('nginx is left out: it is not installed (apt-get install nginx-light)');
    else contestants.push(nginx);
    return { contestants, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startGateway(folder: string, upstream: number, children: ChildProcess[]): Promise<Contestant> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const monolithUrl = `http://127.0.0.1:${upstream}`;
  const config = join(folder, 'gateway.json');
  writeFileSync(
    config,
    JSON.stringify({ port, adminPort, adminToken, workers: 1, statePath: join(folder, 'routes.json'), monolithUrl, accessLog: 'json' }),
  );
  const program = fileURLToPath(import.meta.resolve('@banyan/gateway/main'));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, GATEWAY_CONFIG: config },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  await answers(port);
  const client = createGatewayClient({ adminUrl: `http://127.0.0.1:${adminPort}`, adminToken });
  await client.putRoutes({
    version: 1,
    upstreams: { monolith: monolithUrl, service: monolithUrl },
    fallback: 'monolith',
    routes: manyRoutes(),
  });
  const { workers } = await client.state();
  return { name: 'gateway', port, pid: workers[0]!.pid };
}

/** As many routes as a real system has; the one that is asked has a parameter and a canary nobody is in yet. */
function manyRoutes(): Route[] {
  const route = (method: string, path: string): Route => ({
    id: `${method} ${path}`,
    extraction: 'bench',
    method,
    path,
    effect: { reads: ['public.things'], writes: method === 'GET' ? [] : ['public.things'] },
    upstream: 'monolith',
    ...(method === 'GET' ? { canary: { upstream: 'service', sharePercent: 0 }, fallbackUpstream: 'service' } : {}),
  });
  const others = Array.from({ length: 15 }, (_, at) =>
    ['GET', 'POST', 'PUT', 'DELETE'].map((method) => route(method, `/api/things${at}/:id`)),
  ).flat();
  return [...others, route('GET', '/api/questions/random'), route('GET', '/api/questions/:id')];
}

async function startNode(role: string, port: number, upstream: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [here('peer.js'), role, String(port), String(upstream)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await answers(port);
  return child;
}

async function startNginx(folder: string, upstream: number, children: ChildProcess[]): Promise<Contestant | undefined> {
  if (spawnSync('nginx', ['-v']).error !== undefined) return undefined;
  const port = await freePort();
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, nginxConfig(folder, port, upstream));
  const child = spawn('nginx', ['-c', path, '-p', folder, '-e', join(folder, 'error.log'), '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  await answers(port);
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
  return { name: 'nginx, 1 worker', port, pid: Number(workers[0]) };
}

function nginxConfig(folder: string, port: number, upstream: number): string {
  return `user root; worker_processes 1; pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log ${folder}/access.log; keepalive_requests 10000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream monolith { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://monolith; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; add_header X-Trace-ID $request_id; }
  }
}
`;
}

async function answers(port: number): Promise<void> {
  const endMs = performance.now() + readyWithinMs;
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/api/questions/1`);
      await response.arrayBuffer();
      if (response.status === 200) return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), 3_000);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
