/** Program: writes the route table that the controller computes from a system's migration.ts, with every extraction at one stage. */
import { computeRouteTable, loadSystem } from '@banyan/migration';

const {
  config,
  stage,
  sharePercent = 0,
  upstreams,
  version,
} = JSON.parse(process.env['ROUTE_TABLE'] ?? '{}') as {
  readonly config: string;
  readonly stage: string;
  readonly sharePercent?: number;
  readonly upstreams: Readonly<Record<string, string>>;
  readonly version: number;
};

const { plan } = await loadSystem(config);
const rest = { sharePercent, follows: 'none', held: false, sideProgramsStopped: false, enteredAt: '2026-01-01T00:00:00.000Z' };
const states = plan.extractions.map(({ name }) => ({ name, stage, ...rest })) as Parameters<typeof computeRouteTable>[0]['states'];
process.stdout.write(JSON.stringify(computeRouteTable({ plan, states, upstreams, monolith: 'monolith', version })));
