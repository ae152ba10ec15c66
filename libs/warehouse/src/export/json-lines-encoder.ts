import { type Encoder, type ExportColumns, type ExportRow } from './encoder';

/** JSON lines: an object a row with every column in its order, null included, and LF after each. A column of JSON is text here, too. */
export class JsonLinesEncoder implements Encoder {
  private readonly names: readonly string[];

  constructor(columns: ExportColumns) {
    this.names = columns.map(([name]) => name);
  }

  encode(rows: readonly ExportRow[]): Uint8Array {
    const lines = rows.map((row) => {
      const object = Object.fromEntries(this.names.map((name) => [name, row[name]]));
      return `${JSON.stringify(object)}\n`;
    });
    return Buffer.from(lines.join(''));
  }

  end(): Uint8Array {
    return new Uint8Array();
  }
}
