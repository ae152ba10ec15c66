import { PermanentError } from '@closing-bell/contracts';

/** Columns of numbers over sessions. Every column is as long as `sessions`; NaN where there is no value. */
export interface Series {
  /** 'YYYY-MM-DD', ascending, each once. */
  readonly sessions: readonly string[];
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** Throws PermanentError `invalid-series` for a series that breaks its own rules or says anything of a time after `asOf`. */
export function checkSeries(series: Series, asOf: string): void {
  const refuse = (what: string): never => {
    throw new PermanentError(`The series as of ${asOf} cannot be stored: ${what}.`, { reason: 'invalid-series', asOf });
  };
  series.sessions.forEach((session, index) => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(session) || isoDate(daysOf(session)) !== session) refuse(`'${session}' is no date`);
    const previous = series.sessions[index - 1];
    if (previous !== undefined && previous >= session) refuse(`session ${session} comes after ${previous}`);
  });
  const last = series.sessions.at(-1);
  if (last !== undefined && last > asOf) refuse(`session ${last} lies after it`);
  const columns = Object.entries(series.columns);
  if (columns.length === 0) refuse('it has no columns');
  for (const [name, values] of columns) {
    if (name === '' || name === 'session') refuse(`a column cannot be named '${name}'`);
    if (values.length !== series.sessions.length) {
      refuse(`column ${name} has ${values.length} values for ${series.sessions.length} sessions`);
    }
  }
}

/** Days from 1970-01-01 to a date; NaN where the text is none. */
export function daysOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}

/** The date `days` after 1970-01-01. */
export function isoDate(days: number): string {
  return Number.isFinite(days) ? new Date(days * 86_400_000).toISOString().slice(0, 10) : '';
}

/** Rows `from` ≤ index < `to`, as copies, every NaN with the same bits: processors make several, and bytes must not differ. */
export function rowsOf(series: Series, from: number, to: number): Series {
  const columns = Object.entries(series.columns).map(([name, values]) => [name, values.slice(from, to).map(sameNaN)]);
  return {
    sessions: series.sessions.slice(from, to),
    columns: Object.fromEntries(columns) as Record<string, Float64Array>,
  };
}

function sameNaN(value: number): number {
  return Number.isNaN(value) ? NaN : value;
}

/** One series of all rows of several, which follow each other in time and have the columns `names`. */
export function joinSeries(parts: readonly Series[], names: readonly string[]): Series {
  const sessions = parts.flatMap((part) => part.sessions);
  const columns = names.map((name): [string, Float64Array] => {
    const values = new Float64Array(sessions.length);
    let offset = 0;
    for (const part of parts) {
      const column = part.columns[name];
      if (column !== undefined) values.set(column, offset);
      offset += part.sessions.length;
    }
    return [name, values];
  });
  return { sessions, columns: Object.fromEntries(columns) };
}
