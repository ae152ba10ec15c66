import { type Bar, type ExchangeCalendar } from '@closing-bell/market';
import { type Abstention } from '../forecaster';

// Where these come from: backtest/constants.ts and decision 10.
/** Sessions in a row without a trade, all at the close before. */
const UNTRADED = 5;
/** Sessions in a row that close where the one before did, whatever was traded. */
const UNCHANGED = 10;
/** Sessions in a row whose bar is that of the session before, volume and all. */
const REPEATED = 3;
/** The latest sessions of the exchange that are looked at for bars, and how many of them may have none. */
const LOOKED_AT = 20;
const MOST_MISSING = 5;

/**
 * Where bars tell of a price that nobody makes any more: a symbol that is halted or delisted, or a source that repeats its last
 * row or leaves rows out. One an origin (an index of the bars; ascending), from the bars up to it alone; undefined where the bars
 * are live. Sessions before the first bar are not missed.
 * Throws PermanentError `outside-calendar` for bars of years that the calendar does not know.
 */
export function staleBars(
  bars: readonly Bar[],
  calendar: ExchangeCalendar,
  origins: readonly number[],
): (Abstention | undefined)[] {
  const last = bars[origins.at(-1) ?? -1];
  if (!last) return [];
  const sessions = calendar.sessionsBetween(bars[0]?.session ?? last.session, last.session);
  const wanted = new Map(origins.map((origin, index) => [origin, index]));
  const found = origins.map((): Abstention | undefined => undefined);

  let runs: Runs = { untraded: 0, unchanged: 0, repeated: 0 };
  let place = -1;
  let oldest = 0;
  for (let row = 0; row <= (origins.at(-1) ?? -1); row++) {
    const bar = bars[row];
    if (!bar) break;
    runs = runsAt(bar, bars[row - 1], runs);
    while ((sessions[place + 1] ?? '9999') <= bar.session) place++;
    const first = sessions[Math.max(0, place - LOOKED_AT + 1)] ?? bar.session;
    while ((bars[oldest]?.session ?? '9999') < first) oldest++;
    const expected = Math.min(LOOKED_AT, place + 1);

    const index = wanted.get(row);
    if (index === undefined) continue;
    found[index] = stillness(bars, row, runs) ?? gaps(bar, expected, row - oldest + 1);
  }
  return found;
}

/** How many sessions in a row up to one are as the session before them was. */
interface Runs {
  readonly untraded: number;
  readonly unchanged: number;
  readonly repeated: number;
}

function runsAt({ open, high, low, close, volume }: Bar, before: Bar | undefined, runs: Runs): Runs {
  if (close !== before?.close) return { untraded: 0, unchanged: 0, repeated: 0 };
  const single = open === close && high === close && low === close;
  const same = open === before.open && high === before.high && low === before.low && volume === before.volume;
  return {
    untraded: single && !(volume > 0) ? runs.untraded + 1 : 0,
    unchanged: runs.unchanged + 1,
    repeated: same && volume > 0 ? runs.repeated + 1 : 0,
  };
}

function stillness(bars: readonly Bar[], row: number, runs: Runs): Abstention | undefined {
  const since = (run: number): string => bars[row - run]?.session ?? '';
  const close = bars[row]?.close;
  if (runs.untraded >= UNTRADED) {
    return stale(
      `Nothing was traded in ${runs.untraded} sessions: open, high, low and close stand at ${close} since ${since(runs.untraded)}. The symbol is halted or delisted, or its source repeats the last price.`,
    );
  }
  if (runs.repeated >= REPEATED) {
    return stale(
      `The bar of ${since(runs.repeated)} came again in each of the ${runs.repeated} sessions after it, close ${close} and volume ${bars[row]?.volume}. The source repeats its last row.`,
    );
  }
  if (runs.unchanged >= UNCHANGED) {
    return stale(
      `The close stands at ${close} since ${since(runs.unchanged)}, ${runs.unchanged} sessions ago. The price is fixed, by an offer or by a halt, or its source repeats it.`,
    );
  }
  return undefined;
}

function gaps({ session }: Bar, expected: number, present: number): Abstention | undefined {
  const missing = expected - present;
  if (missing <= MOST_MISSING) return undefined;
  return stale(
    `${missing} of the last ${expected} sessions up to ${session} have no bar, and at most ${MOST_MISSING} may be missing. The symbol hardly trades, or its source leaves sessions out.`,
  );
}

function stale(what: string): Abstention {
  return {
    outcome: 'abstained',
    code: 'stale-bars',
    detail: `${what} Check the source, and stop following a symbol that no longer trades.`,
  };
}
