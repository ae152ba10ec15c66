import { PermanentError } from '@closing-bell/contracts';
import { type RawRow, type Repair } from '../bars/bar';
import { dayNumber } from '../calendar/civil-date';
import { localDateOf } from '../calendar/zoned-time';
import { CsvSyntaxError, parseCsvTable, type CsvRecord } from './csv-table';
import { type BarsRequest } from './market-data-source';

const COLUMNS = ['session', 'open', 'high', 'low', 'close', 'volume', 'adjustedClose'] as const;
type Column = (typeof COLUMNS)[number];

/** What vendors call each column, in lower case and without anything but letters and digits. An unnamed first column is the date. */
const HEADINGS: Readonly<Record<Column, readonly string[]>> = {
  session: ['date', 'datetime', 'timestamp', 'time', ''],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close', 'closelast'],
  volume: ['volume', 'vol'],
  adjustedClose: ['adjclose', 'adjustedclose'],
};

const NOT_GIVEN = new Set(['', '-', 'null', 'nan', 'n/a', 'na', 'none']);

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Reads the daily bars that vendors export as CSV, up to and including the session asked for; of a later row nothing but its
 * date is looked at. Headings in any case and order; dates as YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, MM/DD/YYYY or d-Mon-yy, with or without
 * a time; prices with "$" and thousands separators; yfinance's header of three rows. A row whose date is a bare time of day is a
 * running quote, and is dropped with a note. Throws a PermanentError (`unreadable-bars`) that names line and fault.
 * `origin` says in messages where the text comes from.
 */
export function parseCsvBars(
  text: string,
  origin: string,
  request: BarsRequest,
): { rows: RawRow[]; repairs: Repair[] } {
  const { symbol, session, calendar } = request;
  const refuse = (fault: string, line?: number): never => {
    throw new PermanentError(
      `${origin}${line === undefined ? '' : `, line ${line}`}: ${fault}. Correct the file, then redrive the message.`,
      { reason: 'unreadable-bars', symbol, session, origin, line, fault },
    );
  };

  if (/^\s*</.test(text))
    refuse('this is a web page and not CSV; the vendor wants the download to be made in a browser');
  let records: CsvRecord[] = [];
  try {
    records = parseCsvTable(text);
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    refuse(error.message);
  }
  if (records.length === 0) refuse('the file is empty');

  const { places, body, width } = readHeader(records, symbol, refuse);
  const rows: RawRow[] = [];
  const repairs: Repair[] = [];
  for (const { line, cells } of body) {
    const written = cells[places.session] ?? '';
    if (/^\d{1,2}:\d{2}(:\d{2})?$/.test(written)) {
      repairs.push({
        rule: 'running-quote',
        session,
        before: `line ${line} has the time ${written} for its date`,
        after: 'row dropped',
      });
      continue;
    }
    const date = dateOf(written, calendar.timeZone);
    if (date === undefined) return refuse(`"${written.slice(0, 40)}" is not a date in a form that is known`, line);
    if (date > session) continue;
    if (cells.length !== width) refuse(`${cells.length} cells under a header of ${width}`, line);
    const number = (column: Column): number => {
      const place = places[column];
      const cell = place === undefined ? '' : (cells[place] ?? '');
      const value = numberOf(cell);
      return value === undefined ? refuse(`"${cell.slice(0, 40)}" is not a number (${column})`, line) : value;
    };
    rows.push({
      session: date,
      open: number('open'),
      high: number('high'),
      low: number('low'),
      close: number('close'),
      volume: number('volume'),
      adjustedClose: number('adjustedClose'),
    });
  }
  return { rows, repairs };
}

type Places = { readonly [column in Column]?: number } & { readonly session: number };

function readHeader(
  records: readonly CsvRecord[],
  symbol: string,
  refuse: (fault: string, line?: number) => never,
): { places: Places; body: readonly CsvRecord[]; width: number } {
  const header = records[0]?.cells ?? [];
  const headings = header.map((heading) => heading.toLowerCase().replace(/[^a-z0-9]/g, ''));
  let body = records.slice(1);

  // yfinance writes the field, the ticker and the name of the index in three rows.
  const second = body[0]?.cells ?? [];
  if (headings[0] === 'price' && second[0]?.toLowerCase() === 'ticker') {
    const other = second.slice(1).find((ticker) => ticker.toUpperCase() !== symbol.toUpperCase());
    if (other !== undefined) refuse(`the columns are of "${other}", and ${symbol} was asked for`, body[0]?.line);
    headings[0] = 'date';
    body = body.slice(body[1]?.cells[0]?.toLowerCase() === 'date' ? 2 : 1);
  }

  const places: { [column in Column]?: number } = {};
  for (const column of COLUMNS) {
    for (const name of HEADINGS[column]) {
      const place = headings.indexOf(name);
      if (place < 0) continue;
      if (name !== '' && headings.includes(name, place + 1)) refuse(`two columns are called "${header[place]}"`, 1);
      places[column] = place;
      break;
    }
  }
  const missing = (['session', 'open', 'high', 'low', 'close'] as const).filter((column) => !(column in places));
  if (missing.length > 0) {
    const wanted = missing.map((column) => (column === 'session' ? 'date' : column)).join(', ');
    refuse(`no column for ${wanted}; the header says "${header.join(',').slice(0, 200)}"`, records[0]?.line);
  }
  return { places: { ...places, session: places.session ?? 0 }, body, width: header.length };
}

/** The session that a vendor's date or timestamp speaks of; undefined where it cannot be read. */
function dateOf(written: string, timeZone: string): string | undefined {
  const [, day, time, offset] =
    /^(\S+?)(?:[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(written) ?? [];
  const date = day === undefined ? undefined : civilDateOf(day);
  if (date === undefined || time === undefined || offset === undefined) return date;
  // Midnight stands for the date alone, in whatever zone a program happened to write it.
  if (/^0?0:00(:00(\.0+)?)?$/.test(time)) return date;
  const instant = new Date(`${date}T${time.padStart(5, '0')}${offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(instant.getTime()) ? undefined : localDateOf(instant, timeZone);
}

function civilDateOf(written: string): string | undefined {
  let match = /^(\d{4})([-/]?)(\d{2})\2(\d{2})$/.exec(written);
  if (match) return existing(match[1], match[3], match[4]);
  match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(written);
  if (match) return existing(match[3], match[1], match[2]);
  match = /^(\d{1,2})-([A-Za-z]{3})-(\d{2}|\d{4})$/.exec(written);
  if (!match) return undefined;
  const month = MONTHS.indexOf((match[2] ?? '').toLowerCase()) + 1;
  const year = match[3] ?? '';
  const century = year.length === 4 ? '' : Number(year) >= 70 ? '19' : '20';
  return existing(`${century}${year}`, String(month), match[1]);
}

function existing(year = '', month = '', day = ''): string | undefined {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  try {
    dayNumber(date);
    return date;
  } catch {
    return undefined;
  }
}

/** A vendor's number; NaN where none is given, undefined where it is something else. */
function numberOf(cell: string): number | undefined {
  if (NUMBER.test(cell)) {
    const value = Number(cell);
    return Number.isFinite(value) ? value : undefined;
  }
  if (NOT_GIVEN.has(cell.toLowerCase())) return Number.NaN;
  const bare = cell.replace(/^(-?)\$/, '$1');
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(bare) ? bare.replaceAll(',', '') : bare;
  return plain !== cell && NUMBER.test(plain) ? Number(plain) : undefined;
}
