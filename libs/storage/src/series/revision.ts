import { type Series } from './series';

/** Successive sessions of which the same columns changed. */
interface RevisedSessions {
  readonly from: string;
  readonly to: string;
  /** How many sessions of the series lie from `from` to `to`. */
  readonly sessions: number;
  readonly columns: readonly string[];
}

/** How a series tells the past otherwise than an earlier snapshot of it did. */
export interface Revision {
  /** SHA-256 of the earlier snapshot. */
  readonly previous: string;
  /** Session as of which it was. */
  readonly previousSession: string;
  readonly revised: readonly RevisedSessions[];
  /** Sessions that the earlier snapshot had not, though they lie in its time. */
  readonly inserted: readonly string[];
  /** Sessions that only the earlier snapshot has. */
  readonly removed: readonly string[];
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
}

/** The differences of two series up to and including `lastSession`. Values are compared to the bit; every NaN is the same. */
export function compareSeries(
  before: Series,
  after: Series,
  lastSession: string,
): Pick<Revision, 'revised' | 'inserted' | 'removed'> {
  const columns = Object.keys(after.columns).filter((name) => before.columns[name] !== undefined);
  const positions = new Map(before.sessions.map((session, index) => [session, index]));
  const known = new Set(after.sessions);
  const revised: RevisedSessions[] = [];
  const inserted: string[] = [];
  let spanIsOpen = false;

  after.sessions.forEach((session, index) => {
    if (session > lastSession) return;
    const position = positions.get(session);
    if (position === undefined) {
      inserted.push(session);
      return;
    }
    const changed = columns.filter(
      (name) => !Object.is(before.columns[name]?.[position], after.columns[name]?.[index]),
    );
    const span = revised.at(-1);
    if (changed.length === 0) {
      spanIsOpen = false;
    } else if (spanIsOpen && span !== undefined && span.columns.join() === changed.join()) {
      revised[revised.length - 1] = { ...span, to: session, sessions: span.sessions + 1 };
    } else {
      revised.push({ from: session, to: session, sessions: 1, columns: changed });
      spanIsOpen = true;
    }
  });
  return { revised, inserted, removed: before.sessions.filter((session) => !known.has(session)) };
}
