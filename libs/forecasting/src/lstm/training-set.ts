import { ewmaVolatility } from '@closing-bell/features';
import { type History } from '../history';
import { HistoryTooShortError } from '../history-too-short-error';
import { HORIZONS } from '../horizons';
import { type Examples } from './fit/fit';
import { type LstmOptions } from './options';
import { featureColumns, type FeatureScaling, fitScaling, scaleRows } from './preprocessing';

/** Scaled features beyond this many deviations say no more than being this far out. */
export const SCALED_LIMIT = 5;

/** Decay of the volatility that targets are measured in. Source: RiskMetrics 1996, daily data. */
export const TARGET_DECAY = 0.94;

/** Histories as the network learns from them. */
export interface TrainingSet {
  /** First and last session of all symbols that are used. */
  readonly from: string;
  readonly to: string;
  /** Symbols that have training windows. */
  readonly symbols: number;
  readonly scaling: readonly FeatureScaling[];
  /** Scaled features, row-major: float32[rows × features]; of each symbol its sessions that are used, symbol by symbol. */
  readonly inputs: Float32Array;
  readonly training: Examples;
  readonly validation: Examples;
}

/**
 * Scaled log return from a row to `horizon` sessions later: ln(close[row + h] / close[row]) / (σ[row] √h); NaN where that is
 * not realised within the closes. closes: price[n], volatility: σ[n] in log return a session.
 */
function scaledTarget(closes: Float64Array, volatility: Float64Array, row: number, horizon: number): number {
  const logReturn = Math.log((closes[row + horizon] ?? NaN) / (closes[row] ?? NaN));
  return logReturn / ((volatility[row] ?? NaN) * Math.sqrt(horizon));
}

/** What a symbol brings to the training set. */
interface SymbolSeries {
  readonly columns: readonly Float64Array[];
  readonly closes: Float64Array;
  readonly volatility: Float64Array;
  /** Index of each row's session among the sessions of all symbols. */
  readonly sessions: Int32Array;
  /** First row that is used at all. */
  readonly first: number;
  /** Last row at which a training target may be realised; −1: none. */
  readonly lastTrainingOutcome: number;
}

/** Every session on which any of the symbols traded, oldest first. */
function unionOfSessions(histories: readonly History[]): string[] {
  return [...new Set(histories.flatMap(({ bars }) => bars.map((bar) => bar.session)))].sort();
}

function isUsable({ columns, volatility }: SymbolSeries, row: number): boolean {
  return (volatility[row] ?? NaN) > 0 && columns.every((column) => Number.isFinite(column[row] ?? NaN));
}

/**
 * Cuts the histories of one symbol or many into training and validation examples. The last `validationSessions` of the sessions
 * on which any of them traded are validation origins; a training target of any symbol is used only if it was realised `embargo`
 * sessions before the first of them, so that no symbol tells of another's future. Features are scaled by the rows of all symbols
 * with a training target, and by those alone. A window is of one symbol; rows with a feature that is NaN, or where the price has
 * never moved, are in none. A symbol with fewer rows than a window has no windows. Throws HistoryTooShortError.
 */
export function prepareTrainingSet(
  histories: readonly History[],
  featureNames: readonly string[],
  options: LstmOptions,
): TrainingSet {
  const sessions = unionOfSessions(histories);
  const indexOfSession = new Map(sessions.map((session, index) => [session, index]));
  const firstUsed = Math.max(0, sessions.length - options.sessions);
  const firstValidation = sessions.length - options.validationSessions;
  const symbols = histories.map((history): SymbolSeries => {
    const closes = Float64Array.from(history.bars, (bar) => bar.close);
    const indices = Int32Array.from(history.bars, (bar) => indexOfSession.get(bar.session) ?? NaN);
    const used = indices.findIndex((index) => index >= firstUsed);
    return {
      columns: featureColumns(history, featureNames),
      closes,
      volatility: ewmaVolatility(closes, TARGET_DECAY),
      sessions: indices,
      first: used < 0 ? closes.length : used,
      lastTrainingOutcome: indices.findLastIndex((index) => index <= firstValidation - options.embargo),
    };
  });

  const fitted = symbols.map((symbol) => {
    const rows: number[] = [];
    for (let row = symbol.first; row < symbol.lastTrainingOutcome; row++) if (isUsable(symbol, row)) rows.push(row);
    return { columns: symbol.columns, rows };
  });
  const available = fitted.reduce((sum, { rows }) => sum + rows.length, 0);
  if (available < options.minimumTrainingSessions) {
    throw new HistoryTooShortError('lstm', options.minimumTrainingSessions, available);
  }
  const scaling = fitScaling(featureNames, fitted);

  const rows = symbols.reduce((sum, { closes, first }) => sum + closes.length - first, 0);
  const inputs = new Float32Array(rows * featureNames.length);
  const training = { lastRows: [] as number[], targets: new Float32Array(rows * HORIZONS).fill(NaN) };
  const validation = { lastRows: [] as number[], targets: new Float32Array(rows * HORIZONS).fill(NaN) };
  let symbolsWithWindows = 0;
  let offset = 0;
  for (const symbol of symbols) {
    const { columns, closes, volatility, sessions, first } = symbol;
    const windowsBefore = training.lastRows.length;
    inputs.set(scaleRows(columns, scaling, SCALED_LIMIT, first, closes.length - first), offset * featureNames.length);
    let run = 0;
    for (let row = first; row < closes.length; row++) {
      run = isUsable(symbol, row) ? run + 1 : 0;
      if (run === 0) continue;
      const trains = (sessions[row] ?? NaN) < firstValidation;
      const examples = trains ? training : validation;
      const lastOutcome = trains ? symbol.lastTrainingOutcome : closes.length - 1;
      const pooledRow = offset + row - first;
      for (let horizon = 1; horizon <= HORIZONS && row + horizon <= lastOutcome; horizon++) {
        examples.targets[pooledRow * HORIZONS + horizon - 1] = scaledTarget(closes, volatility, row, horizon);
      }
      if (run >= options.lookback && row < lastOutcome) examples.lastRows.push(pooledRow);
    }
    if (training.lastRows.length > windowsBefore) symbolsWithWindows++;
    offset += closes.length - first;
  }
  return {
    from: sessions[firstUsed] ?? '',
    to: sessions.at(-1) ?? '',
    symbols: symbolsWithWindows,
    scaling,
    inputs,
    training: { lastRows: Int32Array.from(training.lastRows), targets: training.targets },
    validation: { lastRows: Int32Array.from(validation.lastRows), targets: validation.targets },
  };
}
