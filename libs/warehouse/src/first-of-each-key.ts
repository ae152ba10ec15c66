import { type TableDefinition } from './table';

/** Rows on their way into a table. */
export interface Insertion {
  readonly table: TableDefinition;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The rows of several insertions by table, the first of each key only. */
export function firstOfEachKey(
  insertions: readonly Insertion[],
): Map<TableDefinition, Readonly<Record<string, unknown>>[]> {
  const grouped = new Map<TableDefinition, Map<string, Readonly<Record<string, unknown>>>>();
  for (const { table, rows } of insertions) {
    const unique = grouped.get(table) ?? new Map<string, Readonly<Record<string, unknown>>>();
    grouped.set(table, unique);
    for (const row of rows) {
      const key = JSON.stringify(table.key.map((column) => row[column]));
      if (!unique.has(key)) unique.set(key, row);
    }
  }
  return new Map([...grouped].map(([table, unique]) => [table, [...unique.values()]]));
}
