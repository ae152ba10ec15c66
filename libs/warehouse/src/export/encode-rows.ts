import { columnsOf } from '../select-all';
import { type Relation } from '../table';
import { CsvEncoder } from './csv-encoder';
import { type Encoder, type ExportColumns, type ExportRow } from './encoder';
import { type ExportFormat } from './export-format';
import { JsonLinesEncoder } from './json-lines-encoder';
import { ParquetEncoder } from './parquet-encoder';

const ENCODERS: Readonly<Record<ExportFormat, (relation: Relation, columns: ExportColumns) => Encoder>> = {
  csv: (_, columns) => new CsvEncoder(columns),
  json: (_, columns) => new JsonLinesEncoder(columns),
  parquet: (relation, columns) => new ParquetEncoder(relation, columns),
};

export interface ExportOptions {
  readonly format: ExportFormat;
  /** With the columns that say when a row was written. */
  readonly processing: boolean;
}

/**
 * Rows of a table or view, in the order of its key, as the bytes of a file: the same whichever warehouse they come from, and in pieces,
 * so that a table of any size fits. Nothing comes before the first rows are there. A reading that fails throws before the last bytes.
 */
export async function* encodeRows(
  relation: Relation,
  rows: AsyncIterable<readonly ExportRow[]>,
  { format, processing }: ExportOptions,
): AsyncGenerator<Uint8Array, void> {
  const encoder = ENCODERS[format](relation, columnsOf(relation, processing));
  for await (const some of rows) {
    const bytes = encoder.encode(some);
    if (bytes.length > 0) yield bytes;
  }
  const last = encoder.end();
  if (last.length > 0) yield last;
}
