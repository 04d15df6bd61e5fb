/** A table that scrolls by itself where it is too wide; numbers stand at the right. */
import type { ReactNode } from 'react';

export interface TableProps {
  /** Heads in order; `#` before a name makes it a column of numbers. */
  readonly columns: readonly string[];
  readonly caption?: string;
  readonly label?: string;
  readonly className?: string;
  /** The rows. */
  readonly children: ReactNode;
}

export function Table({ columns, caption, label, className, children }: TableProps) {
  return (
    <div className="table">
      <table aria-label={label} className={className}>
        {caption === undefined ? null : <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={column.startsWith('#') ? 'number' : undefined}>
                {column.replace('#', '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
