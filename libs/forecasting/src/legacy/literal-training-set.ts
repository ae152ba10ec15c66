import { classicIndicators } from '@closing-bell/features';
import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type Examples } from '../lstm/fit/fit';
import { featureColumns } from '../lstm/preprocessing';
import { HistoryTooShortError } from '../history-too-short-error';
import { type LiteralOptions } from './literal-options';

/** Sessions that the network sees: as many as it forecasts. */
export const LITERAL_LOOKBACK = HORIZONS;

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;
const CLOSE_INDEX = PRICES.indexOf('close');

/** What the network reads, in the order of its inputs. */
export const LITERAL_INPUTS: readonly string[] = [...PRICES, ...classicIndicators.features.map(({ name }) => name)];

/** How one column is brought to 0–1 over the training span. */
export interface LiteralScaling {
  readonly least: number;
  /** Greatest − least, or 1 where the column does not vary. */
  readonly range: number;
}

/** A history as the network learns from it. */
export interface LiteralTrainingSet {
  /** By input. */
  readonly scaling: readonly LiteralScaling[];
  /** Scaled columns, row-major: float32[rows × inputs]. */
  readonly inputs: Float32Array;
  readonly training: Examples;
  readonly validation: Examples;
}

/** The columns of {@link LITERAL_INPUTS}. Throws PermanentError `missing-feature` where an indicator is not in the history. */
export function literalColumns(history: History): Float64Array[] {
  return [
    ...PRICES.map((price) => Float64Array.from(history.bars, (bar) => bar[price])),
    ...featureColumns(history, LITERAL_INPUTS.slice(PRICES.length)),
  ];
}

/** The scaling of the close among those of all inputs. */
export function closeScaling(scaling: readonly LiteralScaling[]): LiteralScaling {
  return scaling[CLOSE_INDEX] ?? { least: NaN, range: NaN };
}

/** Scaled rows for the network, not cut off outside of 0–1, row-major: float32[rows × columns]. NaN stays NaN. */
export function scaleLiteralRows(columns: readonly Float64Array[], scaling: readonly LiteralScaling[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const scaled = new Float32Array(rows * columns.length);
  columns.forEach((column, input) => {
    const { least, range } = scaling[input] ?? { least: NaN, range: NaN };
    for (let row = 0; row < rows; row++) {
      scaled[row * columns.length + input] = ((column[row] ?? NaN) - least) / range;
    }
  });
  return scaled;
}

/**
 * Cuts a history into windows of ten rows, each row with the scaled close of ten rows later as its target: the steps of a window
 * that ends at t say close[t + 1] to close[t + 10]. The windows that end within the last `validationSessions` rows are validation;
 * the training span ends `embargo` rows before them, and every training target is within it. Columns are scaled by their least
 * and greatest value in the training span. Rows with a column that is not finite are in no window.
 * Throws HistoryTooShortError.
 */
export function prepareLiteralTrainingSet(history: History, options: LiteralOptions): LiteralTrainingSet {
  const columns = literalColumns(history);
  const rows = history.bars.length;
  const firstValidation = rows - options.validationSessions;
  const lastTraining = firstValidation - options.embargo;

  const isComplete = (row: number): boolean => columns.every((column) => Number.isFinite(column[row] ?? NaN));
  const span: number[] = [];
  for (let row = 0; row <= lastTraining; row++) if (isComplete(row)) span.push(row);
  const available = span.filter((row) => row + HORIZONS <= lastTraining).length;
  if (available < options.minimumTrainingSessions) {
    throw new HistoryTooShortError('literal-lstm', options.minimumTrainingSessions, available);
  }
  const scaling = columns.map((column) => scalingOver(column, span));

  const inputs = scaleLiteralRows(columns, scaling);
  const training = { lastRows: [] as number[], targets: new Float32Array(rows).fill(NaN) };
  const validation = { lastRows: [] as number[], targets: new Float32Array(rows).fill(NaN) };
  let run = 0;
  for (let row = 0; row + HORIZONS < rows; row++) {
    run = isComplete(row) ? run + 1 : 0;
    const outcome = row + HORIZONS;
    const target = inputs[outcome * columns.length + CLOSE_INDEX] ?? NaN;
    if (outcome <= lastTraining) training.targets[row] = target;
    // The first step of the first validation window says the close after that window.
    if (outcome > firstValidation) validation.targets[row] = target;
    if (run < LITERAL_LOOKBACK) continue;
    if (outcome <= lastTraining) training.lastRows.push(row);
    if (row >= firstValidation) validation.lastRows.push(row);
  }
  return {
    scaling,
    inputs,
    training: { lastRows: Int32Array.from(training.lastRows), targets: training.targets },
    validation: { lastRows: Int32Array.from(validation.lastRows), targets: validation.targets },
  };
}

function scalingOver(column: Float64Array, rows: readonly number[]): LiteralScaling {
  let least = Infinity;
  let greatest = -Infinity;
  for (const row of rows) {
    least = Math.min(least, column[row] ?? NaN);
    greatest = Math.max(greatest, column[row] ?? NaN);
  }
  return { least, range: greatest > least ? greatest - least : 1 };
}
