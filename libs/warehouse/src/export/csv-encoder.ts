import { type Encoder, type ExportColumns, type ExportRow } from './encoder';

const NEEDS_QUOTES = /[",\r\n]/;

/**
 * CSV by RFC 4180 in UTF-8 without a byte order mark, a header first. Lines end with LF alone, as those of psql, DuckDB and BigQuery do,
 * whatever the machine. Null is nothing between two commas, empty text is `""`; a list is JSON.
 *
 * Text that a spreadsheet would take for a formula is left as it is: what is read back is what the warehouse has.
 */
export class CsvEncoder implements Encoder {
  private readonly names: readonly string[];
  private header: string;

  constructor(columns: ExportColumns) {
    this.names = columns.map(([name]) => name);
    this.header = `${this.names.map(field).join(',')}\n`;
  }

  encode(rows: readonly ExportRow[]): Uint8Array {
    const lines = rows.map((row) => `${this.names.map((name) => field(row[name])).join(',')}\n`);
    return Buffer.from(this.takeHeader() + lines.join(''));
  }

  end(): Uint8Array {
    return Buffer.from(this.takeHeader());
  }

  private takeHeader(): string {
    const { header } = this;
    this.header = '';
    return header;
  }
}

function field(value: unknown): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
