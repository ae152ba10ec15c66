import { type Series } from '../../src';

/** Weekdays from a date on, `count` of them. */
function weekdays(first: string, count: number): string[] {
  const sessions: string[] = [];
  for (let time = Date.parse(`${first}T00:00:00Z`); sessions.length < count; time += 86_400_000) {
    const date = new Date(time);
    if (date.getUTCDay() % 6 !== 0) sessions.push(date.toISOString().slice(0, 10));
  }
  return sessions;
}

/** A series whose values follow from session and column alone, so that a shorter one is the beginning of a longer one. */
export function sampleSeries(first: string, count: number, columns: readonly string[] = ['close', 'volume']): Series {
  const sessions = weekdays(first, count);
  const valueOf = (session: string, column: number): number =>
    Math.sin(Date.parse(session) / 864e5 + column) * 10 ** column;
  return {
    sessions,
    columns: Object.fromEntries(
      columns.map((name, column) => [name, Float64Array.from(sessions, (session) => valueOf(session, column))]),
    ),
  };
}

/** The same series with some values changed: session → column → value. */
export function revised(series: Series, changes: Readonly<Record<string, Readonly<Record<string, number>>>>): Series {
  const columns = Object.entries(series.columns).map(([name, values]): [string, Float64Array] => [
    name,
    values.map((value, index) => changes[series.sessions[index] ?? '']?.[name] ?? value),
  ]);
  return { sessions: series.sessions, columns: Object.fromEntries(columns) };
}

/** The beginning of a series, up to and including a session. */
export function asOf(series: Series, session: string): Series {
  const rows = series.sessions.filter((each) => each <= session).length;
  const columns = Object.entries(series.columns).map(([name, values]): [string, Float64Array] => [
    name,
    values.slice(0, rows),
  ]);
  return { sessions: series.sessions.slice(0, rows), columns: Object.fromEntries(columns) };
}
