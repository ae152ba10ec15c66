import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';

/** Share of outcomes that the 90 % interval may miss. */
const MISSES = 0.1;
/** Distance of that interval's levels from the median. */
const INTERVAL_DISTANCE = 0.45;

/** How fast the width that all horizons share follows the misses of one session ahead, and how fast it forgets them. */
const SHARED_RATE = 0.1;
const SHARED_DECAY = 0.95;
const SHARED_RANGE = [-0.3, 1] as const;
/** How fast each horizon's own width follows its misses; it forgets nothing. */
const OWN_RATE = 0.02;
const OWN_RANGE = [-0.5, 1] as const;
/** Part of the shared width that is left with each further session ahead. */
const SHARED_BY_HORIZON = 0.98;

/**
 * Widens intervals after misses and narrows them where there are too few, from realised outcomes alone. The logarithm of a
 * width is a slow part of each horizon and a quick one that all share: one session ahead says at once that the market has
 * changed, where ten sessions ahead would take as many to tell. Source of the scheme: Gibbs and Candès 2021 (adaptive conformal
 * inference), on the logarithm of the width as in score-driven models. Constants were chosen on the S&P 500 index of 2006–2015.
 */
export class WidthTracker {
  private shared = 0;
  private readonly own = new Float64Array(HORIZONS);

  /** Takes in whether the 90 % interval of a horizon (1..10), as it was given, missed its outcome. */
  update(horizon: number, missed: boolean): void {
    const surprise = Number(missed) - MISSES;
    if (horizon === 1) this.shared = within(SHARED_RANGE, SHARED_DECAY * this.shared + SHARED_RATE * surprise);
    const own = this.own[horizon - 1] ?? NaN;
    this.own[horizon - 1] = within(OWN_RANGE, own + (OWN_RATE / Math.sqrt(horizon)) * surprise);
  }

  /** Factor by which a quantile's distance from the median is to be multiplied; the tails move, the middle hardly. */
  factor(horizon: number, levelIndex: number): number {
    const logWidth = (this.own[horizon - 1] ?? NaN) + this.shared * SHARED_BY_HORIZON ** (horizon - 1);
    const distance =
      ((QUANTILE_LEVELS[levelIndex] ?? NaN) - (QUANTILE_LEVELS[MEDIAN_INDEX] ?? NaN)) / INTERVAL_DISTANCE;
    return Math.exp(logWidth * distance * distance);
  }
}

function within([least, most]: readonly [number, number], value: number): number {
  return Math.max(least, Math.min(most, value));
}
