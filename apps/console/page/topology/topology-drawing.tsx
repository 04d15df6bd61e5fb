/** The picture of the system: lines as thick as their traffic, boxes coloured by who owns. Its text twin is the table below it. */
import { linkTo } from '../app/route.ts';
import { durationText, rateText } from '../words/numbers.ts';
import { layoutTopology, type Box, type Label, type ProgramPlace } from './topology-layout.ts';
import type { RowFlow, Topology } from './topology.ts';

export function TopologyDrawing({ topology, width }: { readonly topology: Topology; readonly width: number }) {
  const layout = layoutTopology(topology, width);
  const { gateway, broker } = layout;
  return (
    <svg className="topology" viewBox={`0 0 ${layout.width} ${layout.height}`} role="group" aria-label="Topology with live rates">
      <defs>
        <Arrow id="arrow-rows" />
        <Arrow id="arrow-events" />
      </defs>
      {layout.programs.map(({ program, requests }) => (
        <path
          key={program.name}
          className={`edge requests ${program.side}`}
          d={requests.path}
          strokeWidth={thickness(program.requestsPerSecond)}
        />
      ))}
      {layout.trunk === undefined ? null : <path className="edge trunk" d={layout.trunk} />}
      {layout.rowLine === undefined ? null : <path className="edge rows" d={layout.rowLine} />}
      {layout.programs.map((place) => (
        <ProgramDrawing key={place.program.name} place={place} hasRowLine={layout.rowLine !== undefined} />
      ))}
      <GatewayDrawing box={gateway} topology={topology} />
      {broker === undefined ? null : (
        <g className="node broker">
          <Frame box={broker} />
          <text x={broker.x + broker.width / 2} y={broker.y + broker.height / 2 - 3} textAnchor="middle" className="name">
            broker
          </text>
          <text x={broker.x + broker.width / 2} y={broker.y + broker.height / 2 + 13} textAnchor="middle">
            {rateText(topology.eventsPerSecond ?? 0).replace('/s', ' events/s')}
          </text>
        </g>
      )}
    </svg>
  );
}

function GatewayDrawing({ box, topology }: { readonly box: Box; readonly topology: Topology }) {
  const middle = box.x + box.width / 2;
  const isTall = box.height > 60;
  const under = `${topology.inFlight} under way${topology.held === 0 ? '' : `, ${topology.held} held`}`;
  return (
    <g className={`node gateway${topology.gatewaysAway > 0 ? ' away' : ''}`}>
      <Frame box={box} />
      <text x={middle} y={box.y + (isTall ? 26 : 19)} textAnchor="middle" className="name">
        gateway
      </text>
      <text x={middle} y={box.y + (isTall ? 48 : 37)} textAnchor="middle">
        {rateText(topology.requestsPerSecond).replace('/s', ' requests/s')}
        {isTall ? '' : `, ${under}`}
      </text>
      {isTall ? (
        <text x={middle} y={box.y + 68} textAnchor="middle">
          {under}
        </text>
      ) : null}
    </g>
  );
}

function ProgramDrawing({ place, hasRowLine }: { readonly place: ProgramPlace; readonly hasRowLine: boolean }) {
  const { program, box, database, requests, rows, events } = place;
  const isSideways = database.x > box.x;
  const drawsRows = program.rows !== undefined || (program.role === 'monolith' && hasRowLine);
  return (
    <g>
      {drawsRows ? (
        <path className="edge rows" d={rows.path} {...(program.rows === undefined ? {} : { markerEnd: 'url(#arrow-rows)' })} />
      ) : null}
      {events === undefined ? null : (
        <path
          className="edge events"
          d={events.path}
          strokeWidth={thickness(program.eventsPerSecond ?? 0)}
          markerEnd="url(#arrow-events)"
        />
      )}
      <a
        href={program.extraction === undefined ? linkTo('migration') : linkTo('migration', program.extraction)}
        className={`node program ${program.side}`}
      >
        <title>{`${program.name}: ${program.standing}`}</title>
        <Frame box={box} />
        <path
          className="database"
          d={isSideways ? `M ${database.x} ${box.y} v ${box.height}` : `M ${box.x} ${database.y} h ${box.width}`}
        />
        <text x={box.x + 12} y={box.y + (isSideways ? 19 : 18)} className="name">
          {program.name}
        </text>
        <text x={box.x + 12} y={box.y + (isSideways ? 36 : 34)}>
          {program.standing}
        </text>
        <text x={isSideways ? database.x + 12 : box.x + 12} y={isSideways ? box.y + 28 : database.y + 15} className="quiet">
          {program.database}
        </text>
      </a>
      <LabelText label={requests.label} text={rateText(program.requestsPerSecond)} />
      {program.rows === undefined ? null : <LabelText label={rows.label} text={rowText(program.rows, isSideways)} />}
      {events === undefined || (program.eventsPerSecond ?? 0) === 0 ? null : (
        <LabelText label={events.label} text={rateText(program.eventsPerSecond ?? 0)} />
      )}
    </g>
  );
}

function rowText({ state, lagMs, rowsPerSecond }: RowFlow, isRoomy: boolean): string {
  if (state !== 'following' || lagMs === undefined) return state;
  return isRoomy ? `${durationText(lagMs)}, ${rowsPerSecond.toFixed(1)}/s` : durationText(lagMs);
}

function Frame({ box }: { readonly box: Box }) {
  return <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={6} />;
}

function LabelText({ label, text }: { readonly label: Label; readonly text: string }) {
  return (
    <text x={label.x} y={label.y} textAnchor={label.anchor} className="label">
      {text}
    </text>
  );
}

function Arrow({ id }: { readonly id: string }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
      <path d="M 0 0 L 8 4 L 0 8 z" />
    </marker>
  );
}

/** Grows with the logarithm: from nothing to thousands a second the line stays a line. */
function thickness(perSecond: number): number {
  return Math.min(7, 1 + Math.log2(1 + perSecond) * 0.8);
}
