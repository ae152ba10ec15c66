import { type Column } from '../table';

/** Columns of an export, in their order. */
export type ExportColumns = readonly (readonly [name: string, column: Column])[];

export type ExportRow = Readonly<Record<string, unknown>>;

/** Turns rows into a file, piece by piece. The bytes do not depend on how the rows are cut into pieces. */
export interface Encoder {
  /** The bytes that these rows complete, which may be none. */
  encode(rows: readonly ExportRow[]): Uint8Array;
  /** The last bytes of the file. */
  end(): Uint8Array;
}
