import { PermanentError } from '@closing-bell/contracts';
import { type FeatureTable } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import { type ForecastAnswer, type Forecaster, latestForecast } from '../forecaster';
import { type History, historyUntil } from '../history';
import { QUANTILE_LEVELS } from '../horizons';

/** Origins that are asked again in every evaluation, at least. */
const CHECKED_ORIGINS = 5;

/** Sessions at which features are computed again. */
const CHECKED_CUTS = 5;

/** Thrown when a forecast or a feature depends on what happened later: every score of it is worthless. */
export class LeakError extends PermanentError {
  override readonly name = 'LeakError';
}

/**
 * Positions 0..count − 1 that spread evenly over any span, however many are taken: steps of the golden ratio.
 * drawn: how many were taken before.
 */
function spreadPosition(drawn: number, count: number): number {
  return Math.floor(((0.5 + drawn * 0.6180339887498949) % 1) * count);
}

/** Chooses which origins of each of `cases` symbols are asked again: five in all and one a symbol at least; the same every time. */
export class LeakCheck {
  private drawn = 0;
  private readonly each: number;

  constructor(cases: number) {
    this.each = Math.ceil(CHECKED_ORIGINS / cases);
  }

  /** Positions among `count` origins of the next symbol, ascending. */
  positions(count: number): number[] {
    const drawn = Array.from({ length: this.each }, () => spreadPosition(this.drawn++, count));
    return [...new Set(drawn)].sort((a, b) => a - b);
  }
}

/**
 * Asks a forecaster again with the history cut at the origin. answer: what it said with all of the history before it.
 * Throws LeakError `forecast-leak`, with the first number that differs, unless it says exactly the same.
 */
export function checkForecast(
  forecaster: Forecaster,
  { symbol, history, origin }: { readonly symbol: string; readonly history: History; readonly origin: number },
  answer: ForecastAnswer,
): void {
  const difference = differenceOf(answer, latestForecast(forecaster, historyUntil(history, origin)));
  if (difference === undefined) return;
  const session = history.bars[origin]?.session ?? '';
  throw new LeakError(
    `${forecaster.name} forecasts ${symbol} from ${session} otherwise when it can see later sessions: ${difference}. It must read nothing after the origin.`,
    { reason: 'forecast-leak', forecaster: forecaster.name, symbol, session, difference },
  );
}

function differenceOf(full: ForecastAnswer, cut: ForecastAnswer): string | undefined {
  if (full.outcome === 'abstained' || cut.outcome === 'abstained') {
    const said = (answer: ForecastAnswer): string => (answer.outcome === 'forecast' ? 'a forecast' : answer.code);
    return said(full) === said(cut) ? undefined : `${said(full)} with them, ${said(cut)} without`;
  }
  for (const [horizon, quantiles] of full.quantiles.entries()) {
    for (const [index, quantile] of quantiles.entries()) {
      const without = cut.quantiles[horizon]?.[index] ?? NaN;
      if (!Object.is(quantile, without)) {
        return `at horizon ${horizon + 1} and level ${QUANTILE_LEVELS[index]} it says ${quantile} with them, ${without} without`;
      }
    }
  }
  return undefined;
}

/**
 * Checks that every feature was known at its session: computes the features again from bars cut at a few sessions and at the
 * last one, and compares each with the table, exactly.
 * bars: all that the table was computed from; compute: gives the features of bars, as libs/features computeFeatures does.
 * Throws LeakError `feature-leak` naming the feature, and `unknown-feature` for a column that `compute` does not give, of
 * which nothing can be said.
 */
export function checkKnownAt(
  bars: readonly Bar[],
  features: FeatureTable,
  compute: (known: readonly Bar[]) => FeatureTable,
): void {
  if (bars.length === 0) return;
  const spread = Array.from({ length: CHECKED_CUTS }, (_, drawn) => spreadPosition(drawn, bars.length));
  for (const cut of [...new Set([...spread, bars.length - 1])].sort((a, b) => a - b)) {
    const known = compute(bars.slice(0, cut + 1));
    const session = bars[cut]?.session ?? '';
    for (const [feature, column] of Object.entries(features.columns)) {
      const again = known.columns[feature];
      if (!again) {
        throw new LeakError(
          `The feature ${feature} cannot be computed again from bars, so nothing shows when it was known. Add its definition or drop it.`,
          { reason: 'unknown-feature', feature },
        );
      }
      const row = again.findIndex((value, index) => !Object.is(value, column[index]));
      if (row >= 0) {
        throw new LeakError(
          `The feature ${feature} of ${bars[row]?.session} was not known on ${session}: it is ${column[row]} in the table and ${again[row]} when computed from the bars up to ${session}. Compute it from the bars up to its session alone.`,
          {
            reason: 'feature-leak',
            feature,
            session: bars[row]?.session,
            difference: `${column[row]} in the table, ${again[row]} from the bars up to ${session}`,
          },
        );
      }
    }
  }
}
