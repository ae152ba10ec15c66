import { type Relation, type Row, type TableDefinition } from './table';

/** A value that a query takes as a parameter. */
export type Parameter = string | number | boolean | readonly string[];

/** Where the monitor records, and where everything that is shown is read from. */
export interface Warehouse {
  /**
   * Writes rows whose key is not there yet; the others stay as they were first written. Resolves when they are durable and every query
   * that begins from then on sees them. Writing the same rows again, from a redelivery or a replay, changes nothing.
   *
   * @throws PermanentError when a row is not what its table takes, WarehouseUnavailableError when the warehouse cannot be written
   */
  insert<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): Promise<void>;

  /**
   * Runs a SELECT in the SQL that all warehouses share. Parameters are written `@name` in it, a list as
   * `IN (SELECT * FROM UNNEST(@name))`; dates come back as YYYY-MM-DD, times as RFC 3339.
   */
  query<T extends object>(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<T[]>;

  /**
   * Every row of a table or view in the order of its key, some thousands at a time.
   * `processing`: with the columns that say when a row was written; without them two warehouses that saw the same closes give the same.
   */
  rows(
    relation: Relation,
    options?: { readonly processing?: boolean },
  ): AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;

  close(): Promise<void>;
}

/** The warehouse did not do what it was asked, but may at another time: no credentials, a quota, a network that is down. Retried. */
export class WarehouseUnavailableError extends Error {
  override readonly name = 'WarehouseUnavailableError';

  constructor(
    message: string,
    /** `code`: the warehouse's own, such as HTTP 403. */
    readonly details: { readonly warehouse: string; readonly code: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
