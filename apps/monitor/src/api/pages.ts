import { daysFrom } from '@closing-bell/market';

/** Rows of the newest sessions, and what to ask for in order to get those before. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
}

/** Cuts rows, newest session first, to at most `limit` of them without splitting a session. `next` is the last session that is left. */
export function cutToSessions<T>(rows: readonly T[], limit: number, sessionOf: (row: T) => string): Page<T> {
  const cut = rows[limit];
  if (cut === undefined) return { rows, next: null };
  const session = sessionOf(cut);
  const whole = rows.filter((row) => sessionOf(row) > session);
  // One session alone may be more than a page.
  const kept = whole.length > 0 ? whole : rows.filter((row) => sessionOf(row) === session);
  const last = kept.at(-1);
  return { rows: kept, next: last === undefined ? null : sessionOf(last) };
}

/** Calendar days that surely hold so many sessions of an exchange that is open: 7 for 5, holidays, and a closing for two weeks. */
function daysOf(sessions: number): number {
  return Math.ceil(sessions * 1.5) + 21;
}

const FIRST_DAY = '1900-01-01';

/**
 * The last rows up to a session, by a query that reads a span of sessions rather than all: the tables lie in the order of sessions, or
 * split by months. Where the span does not hold as many, as of a symbol that was not always traded, all before is asked for.
 *
 * @param ask answers the rows of sessions from a day on, at most `limit`
 */
export async function lastOf<T>(
  { to, limit }: { readonly to: string; readonly limit: number },
  ask: (from: string) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const rows = await ask(daysFrom(to, -daysOf(limit)));
  return rows.length >= limit ? rows : ask(FIRST_DAY);
}
