import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { useNarrow, useWindowWidth } from './browser';
import { Icon } from './icons';
import { type Sort, type Sortable } from './sorted';

export interface SortableColumn<T> extends Sortable<T> {
  readonly header: string;
  /** Said when the pointer rests on the header. */
  readonly explanation?: string;
  /** A track of a CSS grid. */
  readonly width: string;
  readonly numeric?: boolean;
  /** Width of a window from which on there is room for it, pixels; always otherwise. */
  readonly from?: number;
  readonly cell: (row: T) => ReactNode;
}

const ROW_HEIGHT = 41;

/** A table of hundreds of rows that scrolls with the page; only what is in sight is drawn. On a phone, rows are cards. */
export function VirtualTable<T>({
  caption,
  columns: all,
  rows,
  rowKey,
  sort,
  onSort,
  card,
  cardHeight,
}: {
  caption: string;
  columns: readonly SortableColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  sort: Sort;
  onSort: (sort: Sort) => void;
  card: (row: T) => ReactNode;
  cardHeight: number;
}): ReactElement {
  const narrow = useNarrow();
  const windowWidth = useWindowWidth();
  const columns = all.filter(({ from = 0 }) => windowWidth >= from);
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, [narrow, rows.length]);
  const rowHeight = narrow ? cardHeight : ROW_HEIGHT;
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const drawn = virtualizer.getVirtualItems().flatMap(({ index, start }) => {
    const row = rows[index];
    return row === undefined
      ? []
      : [{ row, index, at: { height: rowHeight, transform: `translateY(${start - top}px)` } }];
  });
  const height = { height: virtualizer.getTotalSize() };

  if (narrow) {
    return (
      <div role="list" aria-label={caption} className="virtual-cards" ref={body} style={height}>
        {drawn.map(({ row, index, at }) => (
          <div
            key={rowKey(row)}
            role="listitem"
            aria-posinset={index + 1}
            aria-setsize={rows.length}
            className="virtual-row card"
            style={at}
          >
            {card(row)}
          </div>
        ))}
      </div>
    );
  }
  return (
    <div role="table" aria-label={caption} aria-rowcount={rows.length + 1} className="virtual-table">
      <div role="rowgroup" className="virtual-head">
        <div role="row" aria-rowindex={1} className="virtual-columns" style={template}>
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="virtual-body" ref={body} style={height}>
        {drawn.map(({ row, index, at }) => (
          <div
            key={rowKey(row)}
            role="row"
            aria-rowindex={index + 2}
            className="virtual-row virtual-columns"
            style={{ ...at, ...template }}
          >
            {columns.map(({ id, numeric, cell }) => (
              <div key={id} role="cell" className={numeric ? 'numeric' : undefined} data-column={id}>
                {cell(row)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function HeaderCell<T>({
  column: { id, header, explanation, numeric, sortBy },
  sort,
  onSort,
}: {
  column: SortableColumn<T>;
  sort: Sort;
  onSort: (sort: Sort) => void;
}): ReactElement {
  const sorted = sort.column === id;
  const direction = sorted ? (sort.descending ? 'descending' : 'ascending') : 'none';
  return (
    <div
      role="columnheader"
      aria-sort={sortBy ? direction : undefined}
      title={explanation}
      className={numeric ? 'numeric' : undefined}
    >
      {sortBy ? (
        <button
          type="button"
          // Numbers are wanted from the largest on, names from A on.
          onClick={() => onSort({ column: id, descending: sorted ? !sort.descending : numeric === true })}
        >
          {header}
          {sorted ? <Icon name={sort.descending ? 'down' : 'up'} size={12} /> : null}
        </button>
      ) : (
        header
      )}
    </div>
  );
}
