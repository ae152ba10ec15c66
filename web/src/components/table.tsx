import { type ReactElement, type ReactNode } from 'react';

export interface Column<T> {
  readonly id: string;
  readonly header: ReactNode;
  readonly numeric?: boolean;
  readonly cell: (row: T, index: number) => ReactNode;
}

/** A plain table. Where it is wider than the page it scrolls by itself, also by keyboard. */
export function Table<T>({
  caption,
  columns,
  rows,
  rowKey,
  highlighted,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T, index: number) => string;
  highlighted?: (row: T) => boolean;
}): ReactElement {
  return (
    <div className="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ id, header, numeric }) => (
              <th key={id} scope="col" className={numeric ? 'numeric' : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)} className={highlighted?.(row) ? 'highlighted' : undefined}>
              {columns.map(({ id, numeric, cell }) => (
                <td key={id} className={numeric ? 'numeric' : undefined}>
                  {cell(row, index)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same numbers as a chart’s, for who cannot see it or wants to copy them. */
export function AsTable({ children, label = 'As a table' }: { children: ReactNode; label?: string }): ReactElement {
  return (
    <details className="as-table">
      <summary>{label}</summary>
      {children}
    </details>
  );
}
