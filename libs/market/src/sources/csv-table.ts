/** The rest of a cell without quotes. */
const PLAIN = /[^,"\r\n]*/y;

/** Thrown by {@link parseCsvTable}; `line` counts from 1. */
export class CsvSyntaxError extends Error {
  override readonly name = 'CsvSyntaxError';

  constructor(
    message: string,
    readonly line: number,
  ) {
    super(`line ${line}: ${message}`);
  }
}

/** One record of a CSV text and the line on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads comma-separated text strictly: quotes as in RFC 4180, LF or CRLF, an optional byte order mark; cells are trimmed and empty
 * lines left out. Throws a CsvSyntaxError for a quote that is not closed or stands in the middle of a cell.
 */
export function parseCsvTable(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let recordLine = 1;
  let position = text.startsWith('\uFEFF') ? 1 : 0;

  while (position <= text.length) {
    let cell: string;
    [cell, position] = text[position] === '"' ? quotedCell() : plainCell();
    cells.push(cell.trim());

    if (text[position] === ',') {
      position++;
      continue;
    }
    if (cells.length > 1 || cells[0] !== '') records.push({ line: recordLine, cells });
    cells = [];
    if (text[position] === '\r') position++;
    position++;
    recordLine = ++line;
  }
  return records;

  function plainCell(): [string, number] {
    PLAIN.lastIndex = position;
    PLAIN.exec(text);
    const end = PLAIN.lastIndex;
    if (text[end] === '"') throw new CsvSyntaxError('a quote in the middle of a cell', line);
    if (text[end] === '\r' && text[end + 1] !== '\n' && end + 1 < text.length) {
      throw new CsvSyntaxError('a carriage return without a line feed', line);
    }
    return [text.slice(position, end), end];
  }

  function quotedCell(): [string, number] {
    let cell = '';
    let at = position + 1;
    for (;;) {
      const close = text.indexOf('"', at);
      if (close < 0) throw new CsvSyntaxError('a quote that is never closed', recordLine);
      cell += text.slice(at, close);
      at = close + 1;
      if (text[at] !== '"') break;
      cell += '"';
      at++;
    }
    for (const character of cell) if (character === '\n') line++;
    const next = text[at];
    if (next !== undefined && next !== ',' && next !== '\n' && next !== '\r') {
      throw new CsvSyntaxError('text after a closing quote', line);
    }
    return [cell, at];
  }
}
