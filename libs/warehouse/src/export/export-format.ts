import { extname } from 'node:path';

/** What a table or view can be exported as. `json` is JSON lines: an object a row. */
export const EXPORT_FORMATS = ['csv', 'json', 'parquet'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a server says that an export is; sources: RFC 4180 and 7111, the NDJSON specification, IANA's registration of Parquet. */
export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

const BY_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.parquet': 'parquet',
};

/** The format that a file's name tells, or undefined where it tells none. */
export function exportFormatOf(file: string): ExportFormat | undefined {
  return BY_EXTENSION[extname(file).toLowerCase()];
}
