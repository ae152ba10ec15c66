import { type Column, type TableDefinition } from './table';

/** A column as a warehouse has it, its type in the warehouse's own word. */
export interface ExistingColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** What brings an existing table forward to its definition. Columns of a newer release that it knows nothing of stay. */
export interface SchemaDifference {
  /** Columns to add, which must be nullable: the rows that are there have none. */
  readonly add: readonly string[];
  /** Columns that need a value no longer. */
  readonly relax: readonly string[];
  /** What no migration forward can do, a phrase each. */
  readonly conflicts: readonly string[];
}

/** @param typeOf the warehouse's own word for a column's type */
export function schemaDifference(
  { columns }: TableDefinition,
  existing: readonly ExistingColumn[],
  typeOf: (column: Column) => string,
): SchemaDifference {
  const byName = new Map(existing.map((column) => [column.name, column]));
  const add: string[] = [];
  const relax: string[] = [];
  const conflicts: string[] = [];
  for (const [name, column] of Object.entries(columns)) {
    const there = byName.get(name);
    const type = typeOf(column);
    if (!there && column.nullable) add.push(name);
    else if (!there) conflicts.push(`column ${name} is missing, and rows without it are there`);
    else if (there.type !== type) conflicts.push(`column ${name} is ${there.type}, not ${type}`);
    else if (column.nullable && !there.nullable) relax.push(name);
  }
  for (const { name, nullable } of existing) {
    if (!(name in columns) && !nullable)
      conflicts.push(`column ${name}, which this release does not write, needs a value`);
  }
  return { add, relax, conflicts };
}
