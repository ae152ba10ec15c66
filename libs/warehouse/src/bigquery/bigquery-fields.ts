import { type Column, type ColumnType, type Relation } from '../table';

/** BigQuery's word for each type of column; source: TableFieldSchema of its REST API. */
const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  integer: 'INTEGER',
  float: 'FLOAT',
  boolean: 'BOOLEAN',
  floats: 'FLOAT',
  json: 'STRING',
};

/** The same types as SQL words them. */
const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  integer: 'INT64',
  float: 'FLOAT64',
  boolean: 'BOOL',
  floats: 'ARRAY<FLOAT64>',
  json: 'STRING',
};

/** A field of a table's schema. A list is never null in BigQuery: it has none or some items. */
export interface BigQueryField {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly description: string;
}

/** The schema of a table or view. */
export function fieldsOf({ columns }: Relation): BigQueryField[] {
  return Object.entries(columns).map(([name, { type, nullable, description }]) => ({
    name,
    type: TYPES[type],
    mode: type === 'floats' ? 'REPEATED' : nullable ? 'NULLABLE' : 'REQUIRED',
    description,
  }));
}

/** A column's type in SQL. */
export function sqlTypeOf({ type }: Column): string {
  return SQL_TYPES[type];
}
