/** Where things stand on the picture, in two arrangements: wide with the gateway at the left, narrow with it on top. Pure geometry. */
import type { Topology, TopologyProgram } from './topology.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface ProgramPlace {
  readonly program: TopologyProgram;
  readonly box: Box;
  /** The part of the box that is the database. */
  readonly database: Box;
  /** From the gateway to the program. */
  readonly requests: { readonly path: string; readonly label: Label };
  /** From the program's database to the line all row flows share. */
  readonly rows: { readonly path: string; readonly label: Label };
  readonly events: { readonly path: string; readonly label: Label } | undefined;
}

export interface TopologyLayout {
  readonly width: number;
  readonly height: number;
  readonly gateway: Box;
  /** In the narrow arrangement all requests come down one line. */
  readonly trunk: string | undefined;
  readonly programs: readonly ProgramPlace[];
  /** Rows flow along it between the monolith's database and the others. */
  readonly rowLine: string | undefined;
  readonly broker: Box | undefined;
}

/** Below this many pixels the narrow arrangement is used. */
const wideFrom = 860;

export function layoutTopology(topology: Topology, availableWidth: number): TopologyLayout {
  return availableWidth >= wideFrom ? layoutWide(topology) : layoutNarrow(topology, Math.max(300, Math.min(availableWidth, 620)));
}

function layoutWide(topology: Topology): TopologyLayout {
  const rowHeight = 62;
  const boxHeight = 46;
  const top = 14;
  const height = top * 2 + topology.programs.length * rowHeight - (rowHeight - boxHeight);
  const gateway = { x: 8, y: height / 2 - 44, width: 164, height: 88 };
  const hasBroker = topology.eventsPerSecond !== undefined;
  const lineX = 850;
  const broker = hasBroker ? { x: 960, y: top, width: 110, height: height - top * 2 } : undefined;
  const from = { x: gateway.x + gateway.width, y: gateway.y + gateway.height / 2 };
  const programs = topology.programs.map((program, index): ProgramPlace => {
    const box = { x: 330, y: top + index * rowHeight, width: 390, height: boxHeight };
    const y = box.y + boxHeight / 2;
    const right = box.x + box.width;
    const [rowsY, eventsY] = [y - 9, y + 12];
    return {
      program,
      box,
      database: { x: right - 150, y: box.y, width: 150, height: boxHeight },
      requests: {
        path: `M ${from.x} ${from.y} C ${from.x + 70} ${from.y}, ${from.x + 30} ${y}, ${from.x + 92} ${y} L ${box.x} ${y}`,
        label: { x: box.x - 8, y: y - 6, anchor: 'end' },
      },
      rows: { path: branch(program, right, lineX, rowsY), label: { x: right + 14, y: rowsY - 5, anchor: 'start' } },
      events:
        broker === undefined || program.eventsPerSecond === undefined
          ? undefined
          : { path: `M ${right} ${eventsY} L ${broker.x} ${eventsY}`, label: { x: broker.x - 12, y: eventsY - 5, anchor: 'end' } },
    };
  });
  const width = broker === undefined ? lineX + 20 : broker.x + broker.width + 8;
  const rowLine = sharedLine(programs, lineX, (box) => box.y + boxHeight / 2 - 9);
  return { width, height, gateway, trunk: undefined, programs, rowLine, broker };
}

function layoutNarrow(topology: Topology, width: number): TopologyLayout {
  const rowHeight = 84;
  const boxHeight = 68;
  const gateway = { x: 4, y: 4, width: width - 8, height: 48 };
  const top = gateway.y + gateway.height + 22;
  const hasBroker = topology.eventsPerSecond !== undefined;
  const trunkX = 14;
  const lineX = width - (hasBroker ? 62 : 14);
  const brokerY = top + topology.programs.length * rowHeight;
  const broker = hasBroker ? { x: 4, y: brokerY, width: width - 8, height: 40 } : undefined;
  const eventsX = width - 12;
  const programs = topology.programs.map((program, index): ProgramPlace => {
    const box = { x: 66, y: top + index * rowHeight, width: lineX - 66 - 56, height: boxHeight };
    const y = box.y + boxHeight / 2;
    const right = box.x + box.width;
    const [rowsY, eventsY] = [box.y + 16, box.y + boxHeight - 10];
    return {
      program,
      box,
      database: { x: box.x, y: box.y + boxHeight - 22, width: box.width, height: 22 },
      requests: {
        path: `M ${trunkX} ${y} L ${box.x} ${y}`,
        label: { x: box.x - 5, y: y - 5, anchor: 'end' },
      },
      rows: { path: branch(program, right, lineX, rowsY), label: { x: right + 7, y: rowsY - 5, anchor: 'start' } },
      events:
        broker === undefined || program.eventsPerSecond === undefined
          ? undefined
          : {
              path: `M ${right} ${eventsY} L ${eventsX} ${eventsY} L ${eventsX} ${broker.y}`,
              label: { x: eventsX - 5, y: eventsY - 5, anchor: 'end' },
            },
    };
  });
  const height = broker === undefined ? brokerY : broker.y + broker.height + 4;
  const lastY = top + (topology.programs.length - 1) * rowHeight + boxHeight / 2;
  const trunk = `M ${trunkX} ${gateway.y + gateway.height} L ${trunkX} ${lastY}`;
  return { width, height, gateway, trunk, programs, rowLine: sharedLine(programs, lineX, (box) => box.y + 16), broker };
}

/** Drawn in the direction in which the rows go; the monolith's own branch is the other end of every flow. */
function branch({ rows, role }: TopologyProgram, boxX: number, lineX: number, y: number): string {
  const isInward = rows?.direction === 'to service' && role === 'service';
  return isInward ? `M ${lineX} ${y} L ${boxX} ${y}` : `M ${boxX} ${y} L ${lineX} ${y}`;
}

function sharedLine(programs: readonly ProgramPlace[], x: number, yOf: (box: Box) => number): string | undefined {
  const joined = programs.filter(({ program }) => program.rows !== undefined || program.role === 'monolith').map(({ box }) => yOf(box));
  return joined.length < 2 ? undefined : `M ${x} ${Math.min(...joined)} L ${x} ${Math.max(...joined)}`;
}
