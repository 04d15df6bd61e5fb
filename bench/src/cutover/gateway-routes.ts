/** The routes of both groups at the gateway, and what a cutover or a hand does with them. */
import type { GatewayClient, Route, RouteTable } from '@banyan/gateway';
import { groups, type Group, type SideName } from './names.ts';

const holdTimeoutMs = 5_000;
const holdQueueMax = 2_000;
const tables = ['orders', 'accounts'] as const;

export interface GatewayRoutes {
  /** Writes of the group wait; answers when those under way are done. In milliseconds, as the caller waits for it. */
  hold(group: Group): Promise<number>;
  /** As the controller does it: the new owner in every worker first, then the end of the hold. */
  flip(group: Group, to: SideName): Promise<number>;
  release(group: Group): Promise<void>;
  /** One bare `PUT /routes`, without hold or drain. */
  point(group: Group, to: SideName): Promise<number>;
}

export function createGatewayRoutes(client: GatewayClient, upstreams: Readonly<Record<SideName, string>>): GatewayRoutes {
  const owners: Record<Group, SideName> = { moved: 'monolith', raw: 'monolith' };
  let held: Group | undefined;
  let version = 0;
  const table = (): RouteTable => ({
    version: ++version,
    upstreams,
    fallback: 'monolith',
    routes: groups.flatMap((group) => routesOf(group, owners[group], held === group)),
  });
  const put = async (drained?: Group): Promise<void> => {
    const routeIds = drained === undefined ? [] : tables.map((name) => idOf(drained, name));
    const answer = await client.putRoutes(table(), { routeIds, timeoutMs: holdTimeoutMs });
    if (!answer.drained) throw new Error(`writes under way did not end within ${holdTimeoutMs} ms`);
  };
  return {
    hold: (group) => timed(() => put((held = group))),
    flip: (group, to) =>
      timed(async () => {
        owners[group] = to;
        await put();
        held = undefined;
        await put();
      }),
    release: async () => {
      held = undefined;
      await put();
    },
    point: (group, to) =>
      timed(() => {
        owners[group] = to;
        return put();
      }),
  };
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function idOf(group: Group, table: string): string {
  return `POST /${group}/${table}`;
}

function routesOf(group: Group, upstream: SideName, isHeld: boolean): Route[] {
  return tables.map((name) => ({
    id: idOf(group, name),
    extraction: group,
    method: 'POST',
    path: `/${group}/${name}`,
    effect: { reads: [], writes: [`public.${group}_${name}`] },
    upstream,
    ...(isHeld ? { hold: { reason: `cutover of ${group}`, timeoutMs: holdTimeoutMs, queueMax: holdQueueMax } } : {}),
  }));
}
