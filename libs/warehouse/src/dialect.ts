/**
 * Where the SQL of the warehouses differs. Everything else is written in what they share; queries of the services need nothing of this,
 * for they name no column that is a reserved word anywhere.
 */
export interface Dialect {
  /** A name as an identifier, whatever it is. */
  readonly identifier: (name: string) => string;
  /** A table or view of this warehouse, as other views must name it. */
  readonly relation: (name: string) => string;
  /** First day of a date's month, a date. */
  readonly monthOf: (date: string) => string;
  /** Whole milliseconds from one timestamp to another. */
  readonly millisecondsBetween: (from: string, to: string) => string;
}
