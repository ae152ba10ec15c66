/** What a column holds. `floats` is a list of numbers; `json` is text that holds JSON. */
export type ColumnType = 'text' | 'date' | 'timestamp' | 'integer' | 'float' | 'boolean' | 'floats' | 'json';

interface Values {
  text: string;
  /** YYYY-MM-DD. */
  date: string;
  /** RFC 3339 in UTC. */
  timestamp: string;
  integer: number;
  float: number;
  boolean: boolean;
  floats: readonly number[];
  json: string;
}

interface Column {
  readonly type: ColumnType;
  readonly description: string;
  readonly nullable?: true;
  /** Says when or how the row was written rather than what it says: left out when two warehouses are compared. */
  readonly processing?: true;
}

/** A table as data, from which every adapter makes its own: append-only, one row a business key, the first one stays. */
export interface TableDefinition {
  readonly name: string;
  readonly description: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly key: readonly string[];
  /** The date column by which a large warehouse splits the table. */
  readonly partitionBy?: string;
}

type Value<C extends Column> = C extends { nullable: true } ? Values[C['type']] | null : Values[C['type']];

/** A row of a table, typed from its definition. */
export type Row<T extends TableDefinition> = { readonly [K in keyof T['columns']]: Value<T['columns'][K]> };

/** Keeps a definition's literal types, so that rows can be typed from it. */
export function defineTable<const T extends TableDefinition>(definition: T): T {
  return definition;
}
