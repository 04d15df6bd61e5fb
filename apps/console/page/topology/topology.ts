/** What the topology shows, made from the state: programs with their part of the traffic, who owns, which way rows and events flow. */
import type { ExtractionView, StateView } from '@banyan/controller/state-view';
import type { OwnerSide } from '../parts/owner.tsx';
import { replicationOf } from '../reading/replication.ts';
import { positionText } from '../words/numbers.ts';

export interface RowFlow {
  readonly direction: 'to service' | 'to monolith';
  readonly state: string;
  readonly lagMs: number | undefined;
  readonly rowsPerSecond: number;
}

export interface TopologyProgram {
  readonly name: string;
  readonly role: 'monolith' | 'service';
  readonly database: string;
  readonly side: OwnerSide;
  /** `owner`, `canary 50 %`, `owns 3 of 7`. */
  readonly standing: string;
  readonly requestsPerSecond: number;
  /** Undefined where the system has no broker. */
  readonly eventsPerSecond: number | undefined;
  /** Between its database and the monolith's; undefined where none flow. */
  readonly rows: RowFlow | undefined;
  /** The extraction that explains where it stands. */
  readonly extraction: string | undefined;
}

export interface Topology {
  readonly requestsPerSecond: number;
  readonly inFlight: number;
  readonly held: number;
  readonly gateways: number;
  readonly gatewaysAway: number;
  readonly routeVersion: number;
  readonly eventsPerSecond: number | undefined;
  readonly programs: readonly TopologyProgram[];
}

export function stateToTopology(state: StateView, rowsPerSecond: Readonly<Record<string, number>>): Topology {
  const sum = (rates: Readonly<Record<string, number>>) => Object.values(rates).reduce((total, rate) => total + rate, 0);
  const answering = state.gateways.filter((it) => it.version !== undefined);
  return {
    requestsPerSecond: sum(state.requestsPerSecond),
    inFlight: answering.reduce((total, it) => total + (it.inFlight ?? 0), 0),
    held: answering.reduce((total, it) => total + (it.held ?? 0), 0),
    gateways: state.gateways.length,
    gatewaysAway: state.gateways.length - answering.length,
    routeVersion: state.routeVersion,
    eventsPerSecond: state.eventsPerSecond === undefined ? undefined : sum(state.eventsPerSecond),
    programs: state.programs.map(({ name, role, database }) => {
      const own = state.extractions.filter((it) => it.service === name);
      return {
        name,
        role,
        database,
        ...(role === 'monolith' ? standingOfMonolith(state) : standingOfService(own)),
        requestsPerSecond: state.requestsPerSecond[name] ?? 0,
        eventsPerSecond: state.eventsPerSecond === undefined || role === 'monolith' ? undefined : (state.eventsPerSecond[name] ?? 0),
        rows: role === 'monolith' ? undefined : rowFlowOf(own, rowsPerSecond),
        extraction: own[0]?.name,
      };
    }),
  };
}

/** An extraction has left when its service owns what it moves. */
function hasLeft({ stage }: Pick<ExtractionView, 'stage'>): boolean {
  return stage === 'owner' || stage === 'retired';
}

function standingOfMonolith({ extractions, monolith }: StateView): Pick<TopologyProgram, 'side' | 'standing'> {
  if (monolith.isOff) return { side: 'waiting', standing: 'off: nothing needs it' };
  const left = extractions.filter(hasLeft).length;
  return { side: 'monolith', standing: left === 0 ? 'owns everything' : `${left} of ${extractions.length} have left` };
}

function standingOfService(own: readonly ExtractionView[]): Pick<TopologyProgram, 'side' | 'standing'> {
  const [first] = own;
  if (first === undefined) return { side: 'waiting', standing: 'no part of the migration' };
  const side = own.every(hasLeft) ? 'service' : own.every(({ stage }) => stage === 'planned') ? 'waiting' : 'moving';
  return { side, standing: [...new Set(own.map(positionText))].join(', ') };
}

function rowFlowOf(own: readonly ExtractionView[], rowsPerSecond: Readonly<Record<string, number>>): RowFlow | undefined {
  const flowing = own.filter(({ follows }) => follows !== 'none');
  const [first] = flowing;
  if (first === undefined) return undefined;
  const status = replicationOf(first);
  return {
    direction: first.follows === 'forward' ? 'to service' : 'to monolith',
    state: status?.state ?? 'unknown',
    lagMs: status?.lagMs,
    rowsPerSecond: flowing.reduce((total, { name }) => total + (rowsPerSecond[name] ?? 0), 0),
  };
}
