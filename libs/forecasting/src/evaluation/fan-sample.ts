import { type Bar } from '@closing-bell/market';
import { type ReturnDistribution } from '../forecaster';
import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';
import { centralInterval } from './interval-score';

/** Sessions that are kept before the origin, for the eye. */
const SESSIONS_BEFORE = 20;

/** Origins that are kept, evenly from the first to the last. */
const SAMPLES = 5;

const HALF = centralInterval(0.5);
const NINE_TENTHS = centralInterval(0.9);
const KEPT = [NINE_TENTHS.lower, HALF.lower, MEDIAN_INDEX, HALF.upper, NINE_TENTHS.upper];

/** Levels of the prices in a {@link FanSample}: 0.05, 0.25, 0.5, 0.75 and 0.95. */
export const FAN_LEVELS: readonly number[] = KEPT.map((index) => QUANTILE_LEVELS[index] ?? NaN);

interface SessionClose {
  readonly session: string;
  readonly close: number;
}

/** What was forecast from one origin beside what happened, to be drawn. Prices in the bars' currency. */
export interface FanSample {
  readonly symbol: string;
  readonly origin: string;
  /** Up to 21 sessions, the origin last. */
  readonly before: readonly SessionClose[];
  /** The ten sessions that were forecast. */
  readonly after: readonly SessionClose[];
  /** prices[h − 1][k]: price at level FAN_LEVELS[k]. */
  readonly forecasts: readonly { readonly forecaster: string; readonly prices: readonly (readonly number[])[] }[];
}

/** Those of the forecasts that are kept: the first, the last and some evenly between. */
export function fanOrigins<Forecast>(forecasts: readonly Forecast[]): Forecast[] {
  const last = forecasts.length - 1;
  const positions = Array.from({ length: SAMPLES }, (_, index) => Math.round((index / (SAMPLES - 1)) * last));
  return [...new Set(positions)].flatMap((position) => forecasts.slice(position, position + 1));
}

/** Keeps one origin's forecasts, without most of their levels. origin: index of a bar with ten bars after it. */
export function sampleFan(
  symbol: string,
  bars: readonly Bar[],
  origin: number,
  forecasts: readonly { readonly forecaster: string; readonly distribution: ReturnDistribution | undefined }[],
): FanSample {
  const close = bars[origin]?.close ?? NaN;
  const closes = (from: number, to: number): SessionClose[] =>
    bars.slice(Math.max(0, from), to + 1).map((bar) => ({ session: bar.session, close: bar.close }));
  return {
    symbol,
    origin: bars[origin]?.session ?? '',
    before: closes(origin - SESSIONS_BEFORE, origin),
    after: closes(origin + 1, origin + HORIZONS),
    forecasts: forecasts.map(({ forecaster, distribution }) => ({
      forecaster,
      prices: (distribution?.quantiles ?? []).map((returns) =>
        KEPT.map((index) => close * Math.exp(returns[index] ?? NaN)),
      ),
    })),
  };
}
