import { type Dialect } from '../dialect';
import { type ColumnType } from '../table';

/** DuckDB's word for each type of column. */
export const DUCKDB_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  integer: 'INTEGER',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  floats: 'DOUBLE[]',
  json: 'VARCHAR',
};

export const duckdbDialect: Dialect = {
  identifier: (name) => `"${name}"`,
  relation: (name) => `"${name}"`,
  monthOf: (date) => `CAST(date_trunc('month', ${date}) AS DATE)`,
  millisecondsBetween: (from, to) => `date_diff('millisecond', ${from}, ${to})`,
};
