import { ewmaVolatility } from '@closing-bell/features';
import { type History, historyUntil } from '../../src/history';
import { HORIZONS } from '../../src/horizons';
import { LSTM_DEFAULTS, type LstmOptions } from '../../src/lstm/options';
import { HistoryTooShortError, prepareTrainingSet } from '../../src/lstm/training-set';
import { thrownBy } from '../fixtures/thrown';
import { historyOf, noiseHistory } from '../fixtures/histories';

const OPTIONS: LstmOptions = {
  ...LSTM_DEFAULTS,
  lookback: 5,
  sessions: 200,
  validationSessions: 40,
  embargo: 10,
  minimumTrainingSessions: 50,
};
const FEATURES = ['a', 'b'];
/** Row 0 of the set is session 100 of the history; validation begins at session 260, that is row 160. */
const history = noiseHistory(300, 1);
const set = prepareTrainingSet(history, FEATURES, OPTIONS);

function withColumn(values: (index: number) => number): History {
  return {
    ...history,
    features: {
      ...history.features,
      columns: { ...history.features.columns, a: Float64Array.from(history.bars, (_, index) => values(index)) },
    },
  };
}

describe('a training set', () => {
  it.each([1, 4, 10])('pairs each session with its own scaled return %d sessions ahead', (horizon) => {
    const closes = history.bars.map((bar) => bar.close);
    const volatility = ewmaVolatility(closes);
    for (const row of [0, 57, 139]) {
      const at = 100 + row;
      const logReturn = Math.log((closes[at + horizon] ?? NaN) / (closes[at] ?? NaN));
      const target = set.training.targets[row * HORIZONS + horizon - 1];
      expect((target ?? NaN) * (volatility[at] ?? NaN) * Math.sqrt(horizon)).toBeCloseTo(logReturn, 8);
    }
  });

  it('has no training target realised later than the embargo before the first validation origin', () => {
    const realised = (row: number, horizon: number): boolean =>
      !Number.isNaN(set.training.targets[row * HORIZONS + horizon - 1]);
    expect(realised(149, 1)).toBe(true);
    expect(realised(150, 1)).toBe(false);
    expect(realised(140, 10)).toBe(true);
    expect(realised(141, 10)).toBe(false);
    expect(set.training.lastRows.at(-1)).toBe(149);
  });

  it('has no validation target before the validation span nor after the origin', () => {
    const realised = (row: number, horizon: number): boolean =>
      !Number.isNaN(set.validation.targets[row * HORIZONS + horizon - 1]);
    expect(realised(159, 1)).toBe(false);
    expect(realised(160, 10)).toBe(true);
    expect(realised(189, 10)).toBe(true);
    expect(realised(190, 10)).toBe(false);
    expect(realised(198, 1)).toBe(true);
    expect(realised(199, 1)).toBe(false);
    expect([set.validation.lastRows[0], set.validation.lastRows.at(-1)]).toEqual([160, 198]);
  });

  it('brings the training rows, and no others, to mean 0 and deviation 1', () => {
    const column = Array.from({ length: 150 }, (_, row) => set.inputs[row * 2] ?? NaN);
    const mean = column.reduce((sum, value) => sum + value, 0) / 150;
    expect(mean).toBeCloseTo(0, 5);
    expect(column.reduce((sum, value) => sum + value ** 2, 0) / 150).toBeCloseTo(1, 5);
    const poisoned = prepareTrainingSet(
      withColumn((index) => (index < 250 ? (history.features.columns['a']?.[index] ?? NaN) : 1e6)),
      FEATURES,
      OPTIONS,
    );
    expect(poisoned.scaling).toEqual(set.scaling);
    expect(poisoned.inputs[160 * 2]).toBe(5);
  });

  it('only centres a feature that does not vary', () => {
    const { scaling } = prepareTrainingSet(
      withColumn(() => 3),
      FEATURES,
      OPTIONS,
    );
    expect(scaling[0]).toEqual({ name: 'a', mean: 3, deviation: 1 });
  });

  it('has no window with a feature that is missing', () => {
    const { training } = prepareTrainingSet(
      withColumn((index) => (index === 150 ? NaN : index)),
      FEATURES,
      OPTIONS,
    );
    const lastRows = Array.from(training.lastRows);
    expect(lastRows.filter((row) => row >= 50 && row < 55)).toEqual([]);
    expect(lastRows).toContain(49);
    expect(lastRows).toContain(55);
  });

  it('refuses a history with too few sessions to learn from, in numbers', () => {
    const short = historyUntil(history, 98);
    expect(() => prepareTrainingSet(short, FEATURES, OPTIONS)).toThrow(HistoryTooShortError);
    expect(thrownBy(() => prepareTrainingSet(short, FEATURES, OPTIONS))).toMatchObject({
      reason: 'history-too-short',
      needed: 50,
      available: 48,
    });
  });

  it('refuses a price that never moved and a feature that is not there', () => {
    const still = historyOf(new Array<number>(300).fill(100), history.features.columns);
    expect(() => prepareTrainingSet(still, FEATURES, OPTIONS)).toThrow(HistoryTooShortError);
    expect(thrownBy(() => prepareTrainingSet(history, ['rsi'], OPTIONS))).toMatchObject({ reason: 'missing-feature' });
  });
});
