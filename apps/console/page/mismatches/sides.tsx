/** The owner's answer and the service's, next to each other; what differs is marked by colour and by a sign. */
import { Table } from '../parts/table.tsx';
import { sideBySide, type MarkedText } from '../words/side-by-side.ts';
import './mismatches.css';

export interface SidesProps {
  readonly owner: string;
  readonly candidate: string;
}

export function Sides({ owner, candidate }: SidesProps) {
  const found = sideBySide(owner, candidate);
  if (found.kind === 'texts')
    return (
      <div className="sides">
        <Side title="Owner" text={found.owner} />
        <Side title="Service" text={found.candidate} />
      </div>
    );
  return (
    <Table columns={['Field', 'Owner', 'Service']} className="fields">
      {found.rows.map((row) => (
        <tr key={row.path} className={row.differs ? 'differs' : ''}>
          <th scope="row">
            <code>{row.path}</code>
            {row.differs ? <span className="sign"> differs</span> : null}
          </th>
          <td>
            <Value text={row.owner} />
          </td>
          <td>
            <Value text={row.candidate} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Value({ text }: { readonly text: string | undefined }) {
  return text === undefined ? <span className="quiet">not there</span> : <code>{text}</code>;
}

function Side({ title, text }: { readonly title: string; readonly text: MarkedText }) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre tabIndex={0} aria-label={`Answer of the ${title.toLowerCase()}`}>
        {text.before}
        <mark>{text.marked === '' ? '∅' : text.marked}</mark>
        {text.after}
      </pre>
    </figure>
  );
}
