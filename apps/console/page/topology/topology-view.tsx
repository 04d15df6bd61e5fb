/** The home: the whole system with its live rates, as a picture and as a table. */
import { useEffect, useRef, useState } from 'react';
import { linkTo } from '../app/route.ts';
import type { ViewProps } from '../app/view-props.ts';
import { OwnerBadge, type OwnerSide } from '../parts/owner.tsx';
import { Table } from '../parts/table.tsx';
import { durationText, rateText } from '../words/numbers.ts';
import { TopologyDrawing } from './topology-drawing.tsx';
import { stateToTopology, type RowFlow } from './topology.ts';
import './topology.css';

const legend: readonly (readonly [OwnerSide, string])[] = [
  ['monolith', 'monolith'],
  ['moving', 'on its way'],
  ['service', 'service owns'],
  ['waiting', 'has not begun'],
];

export function TopologyView({ live, state }: ViewProps) {
  const topology = stateToTopology(state, live.rowsPerSecond);
  const [frame, width] = useWidth();
  return (
    <>
      <h1>Topology</h1>
      {topology.gatewaysAway > 0 ? (
        <p className="bad">{`${topology.gatewaysAway} of ${topology.gateways} gateways do not answer.`}</p>
      ) : null}
      <ul className="legend" aria-label="Colours and lines">
        {legend.map(([side, text]) => (
          <li key={side}>
            <OwnerBadge side={side} text={text} />
          </li>
        ))}
        <li className="line rows">rows that follow</li>
        {topology.eventsPerSecond === undefined ? null : <li className="line events">events</li>}
      </ul>
      <div ref={frame} className="picture">
        {width === 0 ? null : <TopologyDrawing topology={topology} width={width} />}
      </div>
      <h2>Programs</h2>
      <Table columns={['Program', 'Stands at', '#Requests', '#Events', 'Database', 'Rows']}>
        {topology.programs.map((program) => (
          <tr key={program.name}>
            <th scope="row">
              {program.extraction === undefined ? program.name : <a href={linkTo('migration', program.extraction)}>{program.name}</a>}
            </th>
            <td>
              <OwnerBadge side={program.side} text={program.standing} />
            </td>
            <td className="number">{rateText(program.requestsPerSecond)}</td>
            <td className="number">{program.eventsPerSecond === undefined ? '' : rateText(program.eventsPerSecond)}</td>
            <td>{program.database}</td>
            <td>{flowText(program.rows)}</td>
          </tr>
        ))}
      </Table>
      <p className="quiet">{`Routes of version ${topology.routeVersion}, controller of epoch ${state.controller.epoch}. Rates are of the last five seconds.`}</p>
    </>
  );
}

function flowText(rows: RowFlow | undefined): string {
  if (rows === undefined) return '';
  const lag = rows.lagMs === undefined ? '' : `, ${durationText(rows.lagMs)} behind`;
  return `${rows.direction === 'to service' ? 'from the monolith' : 'back to the monolith'}: ${rows.state}${lag}, ${rateText(rows.rowsPerSecond)}`;
}

/** The width the picture has, as it changes; 0 before it is known. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}
