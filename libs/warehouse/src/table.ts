import { type Dialect } from './dialect';

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

export interface Column {
  readonly type: ColumnType;
  readonly description: string;
  /** A column that was added after the first release must be nullable: rows from before have none. */
  readonly nullable?: true;
  /** Says when or how the row was written rather than what it says: left out when two warehouses are compared. */
  readonly processing?: true;
}

/** What can be read by name: a table or a view. */
export interface Relation {
  readonly name: string;
  readonly description: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** Columns that tell any two rows apart; exports are in their order. */
  readonly key: readonly string[];
}

/** A table as data, from which every adapter makes its own: append-only, one row a business key, the first one stays. */
export interface TableDefinition extends Relation {
  /** The date column by whose months a large warehouse splits the table. */
  readonly partitionBy?: string;
}

/** A view as data: what people look at, flat and with the baseline beside each number. */
export interface ViewDefinition extends Relation {
  /** Its SELECT, whose columns are those of the definition in their order. */
  readonly sql: (dialect: Dialect) => string;
}

type Value<C extends Column> = C extends { nullable: true } ? Values[C['type']] | null : Values[C['type']];

/** A row of a table, typed from its definition. */
export type Row<T extends Relation> = { readonly [K in keyof T['columns']]: Value<T['columns'][K]> };

/** Keeps a definition's literal types, so that rows can be typed from it. */
export function defineTable<const T extends TableDefinition>(definition: T): T {
  return definition;
}
