// Who may call what: every endpoint of every service times every kind of caller, through the gateway and directly; and what nobody outside may reach.
import type { EndpointContract } from '@banyan/contract';
import { callersOfServices } from '../callers.ts';
import { checkThat } from '../checks.ts';
import { findHoles, internalCells, publicCells } from '../permission-matrix.ts';
import type { AcceptanceTarget, Scenario } from '../scenario.ts';
import { clientsOf, endpointsOf, everybody, goodTokens, type SecuredSystem, secretsOf, type Surroundings } from './secured-system.ts';

export function permissions(system: SecuredSystem, surroundings: Surroundings): Scenario[] {
  return [
    {
      id: 'S1',
      title: 'every endpoint is for those its contract names and for nobody else, through the gateway and directly',
      run: (target) => publicEndpoints(system, surroundings, target),
    },
    {
      id: 'S2',
      title: 'what services answer each other is for those its contract names',
      run: (target) => internalEndpoints(system, surroundings, target),
    },
    {
      id: 'S3',
      title: 'what is inside is on no port that clients reach, whatever they show, and on internal ports there is nothing for clients',
      run: (target) => openDoors(system, surroundings, target),
    },
  ];
}

async function publicEndpoints(system: SecuredSystem, surroundings: Surroundings, target: AcceptanceTarget): Promise<void> {
  const { guestId, fresh, clear } = system;
  const endpoints = endpointsOf(system);
  const callers = await everybody(system, target, surroundings);
  const clients = clientsOf(system, target, surroundings, 'url');
  const tokens = await goodTokens(system, target, surroundings);
  const cells = publicCells({
    endpoints,
    callers,
    flags: target.flags,
    ...(guestId === undefined ? {} : { guestId }),
    userId: (await system.people(target)).user,
    ways: { 'through the gateway': () => target.client, directly: (endpoint) => clients[serviceOf(system, endpoint)] ?? target.client },
    ...(fresh === undefined ? {} : { fresh: fresh(target, tokens) }),
  });
  checkThat(cells.length >= endpoints.length * callers.length * 2, 'there is a cell for each', cells.length);
  // With nothing closed there would be nothing to see.
  checkThat(cells.filter(({ expected }) => expected === 'refused').length > 100, 'many cells are refusals');
  expectNone(await findHoles(cells), 'holes');
  await clear?.(target, tokens);
}

async function internalEndpoints(system: SecuredSystem, surroundings: Surroundings, target: AcceptanceTarget): Promise<void> {
  const clients = clientsOf(system, target, surroundings, 'internalUrl');
  const people = await system.people(target);
  const services = Object.keys(system.internalEndpointsByService);
  const cells = Object.entries(system.internalEndpointsByService).flatMap(([name, endpoints]) =>
    internalCells(endpoints, callersOfServices(secretsOf(target, surroundings), people, services, name), clients[name]!),
  );
  checkThat(cells.length > 100, 'cells', cells.length);
  expectNone(await findHoles(cells), 'holes');
}

async function openDoors(system: SecuredSystem, surroundings: Surroundings, target: AcceptanceTarget): Promise<void> {
  const { internalEndpointsByService } = system;
  const people = await system.people(target);
  const services = Object.keys(internalEndpointsByService);
  const headers = services
    .flatMap((name) => callersOfServices(secretsOf(target, surroundings), people, [name], services[0] ?? ''))
    .map(({ authorization }) => authorization)
    .filter((header) => header !== undefined);
  const inside = Object.values(internalEndpointsByService).flatMap((endpoints) => endpoints.map(({ path }) => exampleOf(path)));
  const paths = [...inside, ...pathsOfEveryService.filter((path) => !endpointsOf(system).some((endpoint) => endpoint.path === path))];
  const found: string[] = [];
  for (const [name, door] of Object.entries({ gateway: target.client, ...clientsOf(system, target, surroundings, 'url') }))
    for (const [at, path] of paths.entries()) {
      const { status } = await door.get(path, { headers: { authorization: headers[at % headers.length] ?? '' } });
      if (status !== 404) found.push(`${name} answers ${status} to ${path}`);
    }
  for (const [name, door] of Object.entries(clientsOf(system, target, surroundings, 'internalUrl')))
    for (const { method, path } of endpointsOf(system).filter((endpoint) => !pathsOfEveryService.includes(endpoint.path))) {
      const { status } = await door.request(method, exampleOf(path));
      if (status !== 404) found.push(`the internal port of ${name} answers ${status} to ${method} ${path}`);
    }
  expectNone(found, 'open doors');
}

/** On internal ports; a system may have one of them for its clients as well. */
const pathsOfEveryService = ['/health/live', '/health/ready', '/metrics'];

function exampleOf(path: string): string {
  return path.replaceAll(/:\w+/g, '1');
}

function expectNone(lines: readonly string[], what: string): void {
  checkThat(lines.length === 0, `no ${what}`, lines);
}

function serviceOf({ endpointsByService }: SecuredSystem, endpoint: EndpointContract): string {
  return Object.entries(endpointsByService).find(([, endpoints]) => endpoints.includes(endpoint))?.[0] ?? '';
}
