export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface Sortable<T> {
  readonly id: string;
  /** What rows are sorted by; null comes last. */
  readonly sortBy?: (row: T) => number | string | null;
}

/** Rows in the order of a column; what has no value comes last either way, and equals keep their order. */
export function sorted<T>(rows: readonly T[], columns: readonly Sortable<T>[], { column, descending }: Sort): T[] {
  const sortBy = columns.find(({ id }) => id === column)?.sortBy;
  if (!sortBy) return [...rows];
  return rows
    .map((row) => ({ row, value: sortBy(row) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      const order = typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : Number(a) - Number(b);
      return descending ? -order : order;
    })
    .map(({ row }) => row);
}
