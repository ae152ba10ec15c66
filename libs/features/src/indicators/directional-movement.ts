import { type Bar } from '@closing-bell/market';

/** Movements smaller than this are none, as in TA-Lib. */
const NO_MOVEMENT = 1e-14;

/** Wilder's directional movement system as of a bar, each 0–100 and NaN until it is defined. */
export interface DirectionalMovement {
  readonly plus: number;
  readonly minus: number;
  readonly index: number;
}

/** Wilder's running total: the mean leaves and the newest enters. Starts as the plain total of `period − 1` values. */
function wilderTotal(period: number): (value: number) => number {
  let seen = 0;
  let total = 0;
  return (value) => {
    seen++;
    total += seen < period ? value : value - total / period;
    return seen < period ? NaN : total;
  };
}

/**
 * Wilder's directional indicators +DI and −DI (NaN for the first `period` bars) and their average index ADX (NaN for the
 * first `2 period − 1`), seeded as in TA-Lib. 0 where nothing moved. Source: Wilder 1978.
 */
export function directionalMovement(period: number): (bar: Bar) => DirectionalMovement {
  const plusTotal = wilderTotal(period);
  const minusTotal = wilderTotal(period);
  const rangeTotal = wilderTotal(period);
  let previous: Bar | undefined;
  let count = 0;
  let average = 0;

  return (bar) => {
    const last = previous;
    previous = bar;
    if (last === undefined) return { plus: NaN, minus: NaN, index: NaN };

    const up = bar.high - last.high;
    const down = last.low - bar.low;
    const trueRange = Math.max(bar.high - bar.low, Math.abs(bar.high - last.close), Math.abs(bar.low - last.close));
    const plusMovement = plusTotal(up > 0 && up > down ? up : 0);
    const minusMovement = minusTotal(down > 0 && down > up ? down : 0);
    const range = rangeTotal(trueRange);
    if (Number.isNaN(range)) return { plus: NaN, minus: NaN, index: NaN };

    const still = range < NO_MOVEMENT;
    const plus = still ? 0 : (100 * plusMovement) / range;
    const minus = still ? 0 : (100 * minusMovement) / range;
    const directed = plus + minus >= NO_MOVEMENT;
    const strength = directed ? (100 * Math.abs(plus - minus)) / (plus + minus) : 0;
    count++;
    if (count <= period) average += strength / period;
    else if (directed) average += (strength - average) / period;
    return { plus, minus, index: count >= period ? average : NaN };
  };
}
