import { studentTCdf } from '../statistics/student-t';

/** Autocovariances up to this lag are taken into account at least: the overlap of forecasts ten sessions ahead. */
const SHORTEST_LAG = 10;

/** A test that two forecasters are equally accurate. */
export interface DieboldMariano {
  /** Sessions with a loss differential. */
  readonly sessions: number;
  /** Mean loss of the first forecaster minus that of the second; below 0 where the first is better. */
  readonly meanDifference: number;
  /** Student t with `sessions` − 1 degrees of freedom where both are equally accurate; below 0 where the first is better. */
  readonly statistic: number;
  /** One-sided: the chance of a statistic this low or lower; small says that the first is better. */
  readonly pBetter: number;
  /** Two-sided: the chance of a statistic this far from 0 or farther; small says that they differ. */
  readonly pDifferent: number;
}

/**
 * Tests whether two forecasters are equally accurate. The variance of the mean is Newey and West's (Bartlett weights) with
 * lag max(10, horizon − 1), the statistic is corrected for the horizon as by Harvey, Leybourne and Newbold.
 * differentials: loss of the first minus loss of the second, one a session, in order; gaps between sessions do not matter.
 * On panels one for all symbols of a session (clusteredDifferentials), so that what moves all of them counts once.
 * Where errors overlap ten sessions the weights see about four fifths of the variance: at h = 10 a test at 5 % rejects equal
 * accuracy about 9 times in 100, and p near 0.05 should be read so.
 * horizon: sessions ahead, 1..10. → undefined with fewer than twice lag + 1 sessions, where the variance says nothing.
 * Source: Diebold and Mariano 1995; Newey and West 1987; Harvey, Leybourne and Newbold 1997.
 */
export function dieboldMariano(differentials: ArrayLike<number>, horizon: number): DieboldMariano | undefined {
  const sessions = differentials.length;
  const lag = Math.max(SHORTEST_LAG, horizon - 1);
  if (sessions < 2 * (lag + 1)) return undefined;
  let sum = 0;
  for (let index = 0; index < sessions; index++) sum += differentials[index] ?? NaN;
  const meanDifference = sum / sessions;
  const variance = longRunVariance(differentials, meanDifference, lag) / sessions;
  if (!(variance > 0)) return withoutVariance(sessions, meanDifference);
  const correction = Math.sqrt((sessions + 1 - 2 * horizon + (horizon * (horizon - 1)) / sessions) / sessions);
  const statistic = (correction * meanDifference) / Math.sqrt(variance);
  const pBetter = studentTCdf(statistic, sessions - 1);
  return {
    sessions,
    meanDifference,
    statistic,
    pBetter,
    pDifferent: 2 * studentTCdf(-Math.abs(statistic), sessions - 1),
  };
}

/** Always the same difference: none is a perfect tie, any other leaves no doubt. */
function withoutVariance(sessions: number, meanDifference: number): DieboldMariano {
  const sign = Math.sign(meanDifference);
  return {
    sessions,
    meanDifference,
    statistic: sign === 0 ? 0 : sign * Number.MAX_VALUE,
    pBetter: (1 + sign) / 2,
    pDifferent: sign === 0 ? 1 : 0,
  };
}

function longRunVariance(values: ArrayLike<number>, mean: number, lag: number): number {
  let variance = 0;
  for (let shift = 0; shift <= lag; shift++) {
    let covariance = 0;
    for (let index = shift; index < values.length; index++) {
      covariance += ((values[index] ?? NaN) - mean) * ((values[index - shift] ?? NaN) - mean);
    }
    variance += (shift === 0 ? 1 : 2 * (1 - shift / (lag + 1))) * (covariance / values.length);
  }
  return variance;
}
