import { type Row, type TableDefinition } from './table';

/** A value that a query takes as a parameter. */
export type Parameter = string | number | boolean;

/** Where the monitor records, and where everything that is shown is read from. */
export interface Warehouse {
  /**
   * Writes rows whose key is not there yet; the others stay as they were first written. Resolves when they are durable.
   * Writing the same rows again, from a redelivery or a replay, changes nothing.
   */
  insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void>;

  /** Runs a SELECT in standard SQL. Parameters are written `@name` in it; dates come back as YYYY-MM-DD, times as RFC 3339. */
  query<T extends object>(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<T[]>;

  close(): Promise<void>;
}
