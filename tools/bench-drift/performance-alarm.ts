import { latestForecast, referenceBaseline } from '@closing-bell/forecasting';
import { calendarOf } from '@closing-bell/market';
import { nextSession, type NextSessionForecast, performanceScores } from '@closing-bell/monitoring';
import { type DatedBar } from './real-series';
import { changes, processes, simulate } from './simulated-series';

const CALENDAR = calendarOf('XNYS');
/** Normal quantiles at .05, .25, .5, .75 and .95. */
const NORMAL = [-1.6449, -0.6745, 0, 0.6745, 1.6449] as const;
/** Sessions that the simulated forecasts are right, and then are not. */
const RIGHT = 250;
const WRONG = 60;
const SERIES = 200;
/** Daily standard deviation of the simulated returns, and what the forecasts say. */
const DEVIATION = 0.01;
const VERSION = 1;
/** Bars that the baseline looks back on, and a forecast needs. */
const LOOKBACK = 260;

/** Sessions as numbers of a year that has no end, which sort as days do. */
const sessionOf = (row: number): string => new Date(Date.UTC(2000, 0, 1) + row * 86_400_000).toISOString().slice(0, 10);

/** How the performance alarm does where forecasts of independent normal returns are right, and where their volatility has doubled. */
export function ofSimulated(): { readonly falseAlarms: number; readonly delays: readonly number[] } {
  const [normal] = processes;
  const [doubled] = changes;
  if (!normal || !doubled) throw new Error('there is no process to simulate');
  let alarmed = 0;
  let looked = 0;
  const delays: number[] = [];
  for (let series = 1; series <= SERIES; series++) {
    const bars = simulate(normal, series, RIGHT + WRONG + 1, doubled, WRONG).map(({ close }, row) => ({
      session: sessionOf(row),
      close,
    }));
    const forecasts = bars.map(({ close: originClose }, row): NextSessionForecast => {
      const [p05 = 0, p25 = 0, point = 0, p75 = 0, p95 = 0] = NORMAL.map((z) => originClose * Math.exp(DEVIATION * z));
      return {
        originSession: sessionOf(row),
        targetSession: sessionOf(row + 1),
        modelVersion: VERSION,
        ...{ originClose, p05, p25, point, p75, p95 },
      };
    });
    const isAlarm = (row: number): boolean =>
      performanceScores(forecasts.slice(Math.max(0, row - 100), row), {
        modelVersion: VERSION,
        bars: bars.slice(Math.max(0, row - 100), row + 1),
      }).some((score) => score.alarmed);
    for (let row = 60; row <= RIGHT; row++) {
      looked += 1;
      if (isAlarm(row)) alarmed += 1;
    }
    let delay = Infinity;
    for (let row = RIGHT + 1; row <= RIGHT + WRONG && delay === Infinity; row++) if (isAlarm(row)) delay = row - RIGHT;
    delays.push(delay);
  }
  return { falseAlarms: alarmed / looked, delays: delays.sort((a, b) => a - b) };
}

/** Sessions at which the forecasts of the last year’s quantiles, which serve where no model does, would have alarmed. */
export function ofBaseline(bars: readonly DatedBar[], from: string, to: string): string[] {
  const forecasts: NextSessionForecast[] = [];
  const alarmed: string[] = [];
  bars.forEach(({ session }, row) => {
    if (row < LOOKBACK || session > to) return;
    const known = bars.slice(row - LOOKBACK, row + 1);
    const served = { modelVersion: VERSION, bars: known };
    if (session >= from && performanceScores(forecasts.slice(-100), served).some((score) => score.alarmed)) {
      alarmed.push(session);
    }
    const answer = latestForecast(referenceBaseline, {
      bars: known.map((bar) => ({ ...bar, open: bar.close, volume: NaN })),
      features: { sessions: known.map((bar) => bar.session), columns: {} },
    });
    if (answer.outcome !== 'forecast') return;
    forecasts.push(nextSession(answer, { ...served, calendar: CALENDAR }));
  });
  return alarmed;
}
