import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';
import { crps, pinballLoss } from './crps';
import { centralInterval, covers, winklerScore } from './interval-score';
import { pitBin, probabilityIntegralTransform } from './probability-integral-transform';

const HALF = centralInterval(0.5);
const FOUR_FIFTHS = centralInterval(0.8);
const NINE_TENTHS = centralInterval(0.9);

/** What happened after the scored origins: the same for all forecasters. */
export interface Outcomes {
  /** Index of an origin's symbol among those evaluated: [row]. */
  readonly symbolOf: Int32Array;
  /** Index of an origin's session among the scored ones, ascending: [row]. */
  readonly sessionOf: Int32Array;
  /** Close at the origin: [row]. */
  readonly originCloses: Float64Array;
  /** Close h sessions later: [row × 10 + h − 1]. */
  readonly closes: Float64Array;
}

/**
 * Scores of one forecaster, one an origin (row) and horizon, at [row × 10 + h − 1]. Numbers in columns and never objects: a
 * universe has more than a million of them a forecaster. All but the error are of log returns.
 */
export class ScoreSheet {
  readonly crps: Float64Array;
  /** Median minus outcome, in the bars' currency. */
  readonly error: Float32Array;
  readonly winkler50: Float32Array;
  readonly winkler90: Float32Array;
  /** 1 where the outcome was within the interval, else 0. */
  readonly covered50: Uint8Array;
  readonly covered80: Uint8Array;
  readonly covered90: Uint8Array;
  readonly pitBin: Uint8Array;
  /** Sign of the median: −1, 0 or 1. */
  readonly direction: Int8Array;
  /** Sum over all origins of the pinball loss: [(h − 1) × 39 + k] at level k. */
  readonly pinballSums = new Float64Array(HORIZONS * QUANTILE_LEVELS.length);

  /** rows: origins that there is room for. */
  constructor(rows: number) {
    const cells = rows * HORIZONS;
    this.crps = new Float64Array(cells);
    this.error = new Float32Array(cells);
    this.winkler50 = new Float32Array(cells);
    this.winkler90 = new Float32Array(cells);
    this.covered50 = new Uint8Array(cells);
    this.covered80 = new Uint8Array(cells);
    this.covered90 = new Uint8Array(cells);
    this.pitBin = new Uint8Array(cells);
    this.direction = new Int8Array(cells);
  }

  /** Scores the distribution of one origin and horizon. returns: log returns at QUANTILE_LEVELS; the closes are prices. */
  record(row: number, horizon: number, returns: Float64Array, originClose: number, close: number): void {
    const cell = row * HORIZONS + horizon - 1;
    const outcome = Math.log(close / originClose);
    const median = returns[MEDIAN_INDEX] ?? NaN;
    this.crps[cell] = crps(returns, outcome);
    this.error[cell] = originClose * Math.exp(median) - close;
    this.winkler50[cell] = winklerScore(HALF, returns, outcome);
    this.winkler90[cell] = winklerScore(NINE_TENTHS, returns, outcome);
    this.covered50[cell] = Number(covers(HALF, returns, outcome));
    this.covered80[cell] = Number(covers(FOUR_FIFTHS, returns, outcome));
    this.covered90[cell] = Number(covers(NINE_TENTHS, returns, outcome));
    this.pitBin[cell] = pitBin(probabilityIntegralTransform(returns, outcome));
    this.direction[cell] = Math.sign(median);
    const sums = (horizon - 1) * QUANTILE_LEVELS.length;
    QUANTILE_LEVELS.forEach((level, index) => {
      this.pinballSums[sums + index] =
        (this.pinballSums[sums + index] ?? NaN) + pinballLoss(returns[index] ?? NaN, level, outcome);
    });
  }
}
