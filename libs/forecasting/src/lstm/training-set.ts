import { PermanentError } from '@closing-bell/contracts';
import { ewmaVolatility } from '@closing-bell/features';
import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type Examples } from './fit/fit';
import { type LstmOptions } from './options';
import { featureColumns, type FeatureScaling, fitScaling, scaleRows } from './preprocessing';

/** Scaled features beyond this many deviations say no more than being this far out. */
export const SCALED_LIMIT = 5;

/** Decay of the volatility that targets are measured in. Source: RiskMetrics 1996, daily data. */
export const TARGET_DECAY = 0.94;

/** A history as the network learns from it. */
export interface TrainingSet {
  readonly scaling: readonly FeatureScaling[];
  /** Scaled features, row-major: float32[rows × features]; row 0 is the first session used. */
  readonly inputs: Float32Array;
  readonly training: Examples;
  readonly validation: Examples;
}

/** Thrown when a history is too short to train on: serve the baseline instead. */
export class HistoryTooShortError extends PermanentError {
  override readonly name = 'HistoryTooShortError';

  constructor(
    readonly needed: number,
    readonly available: number,
  ) {
    super(
      `Too short to train on: ${available} sessions have complete features and a realised target before the validation span, and ${needed} are needed. Serve the baseline until there are more.`,
      { reason: 'history-too-short', needed, available },
    );
  }
}

/**
 * Scaled log return from a row to `horizon` sessions later: ln(close[row + h] / close[row]) / (σ[row] √h); NaN where that is
 * not realised within the closes. closes: price[n], volatility: σ[n] in log return a session.
 */
function scaledTarget(closes: Float64Array, volatility: Float64Array, row: number, horizon: number): number {
  const logReturn = Math.log((closes[row + horizon] ?? NaN) / (closes[row] ?? NaN));
  return logReturn / ((volatility[row] ?? NaN) * Math.sqrt(horizon));
}

/**
 * Cuts a history into training and validation examples. The last `validationSessions` sessions are validation origins; a
 * training target is used only if it was realised `embargo` sessions before the first of them. Features are scaled by
 * rows with a training target alone. Rows with a feature that is NaN, or where the price has never moved, are in no window.
 * Throws HistoryTooShortError.
 */
export function prepareTrainingSet(
  history: History,
  featureNames: readonly string[],
  options: LstmOptions,
): TrainingSet {
  const closes = Float64Array.from(history.bars, (bar) => bar.close);
  const volatility = ewmaVolatility(closes, TARGET_DECAY);
  const columns = featureColumns(history, featureNames);
  const end = closes.length;
  const first = Math.max(0, end - options.sessions);
  const firstValidation = end - options.validationSessions;
  const lastTrainingOutcome = firstValidation - options.embargo;

  const usable = (row: number): boolean =>
    (volatility[row] ?? NaN) > 0 && columns.every((column) => Number.isFinite(column[row] ?? NaN));
  const fitted: number[] = [];
  for (let row = first; row < lastTrainingOutcome; row++) if (usable(row)) fitted.push(row);
  if (fitted.length < options.minimumTrainingSessions) {
    throw new HistoryTooShortError(options.minimumTrainingSessions, fitted.length);
  }
  const scaling = fitScaling(featureNames, columns, fitted);

  const rows = end - first;
  const training = { lastRows: [] as number[], targets: new Float32Array(rows * HORIZONS).fill(NaN) };
  const validation = { lastRows: [] as number[], targets: new Float32Array(rows * HORIZONS).fill(NaN) };
  let run = 0;
  for (let row = first; row < end; row++) {
    run = usable(row) ? run + 1 : 0;
    if (run === 0) continue;
    const examples = row < firstValidation ? training : validation;
    const lastOutcome = row < firstValidation ? lastTrainingOutcome : end - 1;
    for (let horizon = 1; horizon <= HORIZONS && row + horizon <= lastOutcome; horizon++) {
      examples.targets[(row - first) * HORIZONS + horizon - 1] = scaledTarget(closes, volatility, row, horizon);
    }
    if (run >= options.lookback && row < lastOutcome) examples.lastRows.push(row - first);
  }
  return {
    scaling,
    inputs: scaleRows(columns, scaling, SCALED_LIMIT, first, rows),
    training: { lastRows: Int32Array.from(training.lastRows), targets: training.targets },
    validation: { lastRows: Int32Array.from(validation.lastRows), targets: validation.targets },
  };
}
