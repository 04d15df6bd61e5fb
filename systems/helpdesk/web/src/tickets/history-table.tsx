/** What happened to a ticket, the latest first; folded until somebody asks. */
import type { HistoryEntry } from '../api/routes.ts';
import { nameOf } from '../people/names.ts';
import { Moment } from '../time/moment.tsx';

export function HistoryTable({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  return (
    <details className="card history">
      <summary>
        <h2>History ({entries.length})</h2>
      </summary>
      <table className="stacking">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">User</th>
            <th scope="col">Action</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, createdAt, actor, action, metadata }) => (
            <tr key={id}>
              <td data-label="Date">
                <Moment iso={createdAt} />
              </td>
              <td data-label="User">{actor === null ? 'System' : nameOf(actor)}</td>
              <td data-label="Action">
                <code>{action}</code>
              </td>
              <td data-label="Details">
                <code>{JSON.stringify(metadata)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
