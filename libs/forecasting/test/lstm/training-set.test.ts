import { createHash } from 'node:crypto';
import { ewmaVolatility } from '@closing-bell/features';
import { type History, historyUntil } from '../../src/history';
import { HORIZONS } from '../../src/horizons';
import { LSTM_DEFAULTS, type LstmOptions } from '../../src/lstm/options';
import { HistoryTooShortError } from '../../src/history-too-short-error';
import { prepareTrainingSet } from '../../src/lstm/training-set';
import { thrownBy } from '../fixtures/thrown';
import { historyOf, noiseHistory, session } from '../fixtures/histories';

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
const set = prepareTrainingSet([history], FEATURES, OPTIONS);

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
      [withColumn((index) => (index < 250 ? (history.features.columns['a']?.[index] ?? NaN) : 1e6))],
      FEATURES,
      OPTIONS,
    );
    expect(poisoned.scaling).toEqual(set.scaling);
    expect(poisoned.inputs[160 * 2]).toBe(5);
  });

  it('only centres a feature that does not vary', () => {
    const { scaling } = prepareTrainingSet([withColumn(() => 3)], FEATURES, OPTIONS);
    expect(scaling[0]).toEqual({ name: 'a', mean: 3, deviation: 1 });
  });

  it('has no window with a feature that is missing', () => {
    const { training } = prepareTrainingSet([withColumn((index) => (index === 150 ? NaN : index))], FEATURES, OPTIONS);
    const lastRows = Array.from(training.lastRows);
    expect(lastRows.filter((row) => row >= 50 && row < 55)).toEqual([]);
    expect(lastRows).toContain(49);
    expect(lastRows).toContain(55);
  });

  it('of one symbol is, to the byte, what was made of it before symbols could be pooled', () => {
    const digest = createHash('sha256');
    for (const values of [
      set.inputs,
      set.training.lastRows,
      set.training.targets,
      set.validation.lastRows,
      set.validation.targets,
    ]) {
      digest.update(Buffer.from(values.buffer));
    }
    expect(digest.digest('hex').slice(0, 16)).toBe('31f4a286713fb775');
    expect(set.symbols).toBe(1);
  });

  it('refuses a history with too few sessions to learn from, in numbers', () => {
    const short = historyUntil(history, 98);
    expect(() => prepareTrainingSet([short], FEATURES, OPTIONS)).toThrow(HistoryTooShortError);
    expect(thrownBy(() => prepareTrainingSet([short], FEATURES, OPTIONS))).toMatchObject({
      reason: 'history-too-short',
      needed: 50,
      available: 48,
    });
  });

  it('refuses a price that never moved and a feature that is not there', () => {
    const still = historyOf(new Array<number>(300).fill(100), history.features.columns);
    expect(() => prepareTrainingSet([still], FEATURES, OPTIONS)).toThrow(HistoryTooShortError);
    expect(thrownBy(() => prepareTrainingSet([history], ['rsi'], OPTIONS))).toMatchObject({
      reason: 'missing-feature',
    });
  });
});

/** A history without some of its sessions, given by their indices. */
function without(history: History, left: (index: number) => boolean): History {
  const kept = (_: unknown, index: number): boolean => !left(index);
  return {
    bars: history.bars.filter(kept),
    features: {
      sessions: history.features.sessions.filter(kept),
      columns: Object.fromEntries(
        Object.entries(history.features.columns).map(([name, column]) => [name, column.filter(kept)]),
      ),
    },
  };
}

describe('a training set of many symbols', () => {
  const width = FEATURES.length;
  /** It did not trade on sessions 228..251 and 270..274, nor on the last ten. */
  const halted = without(
    noiseHistory(300, 2),
    (index) => (index >= 228 && index < 252) || (index >= 270 && index < 275) || index >= 290,
  );
  /** Listed late: too short for a window. */
  const young = without(noiseHistory(300, 3), (index) => index < 297);
  const histories = [history, halted, young];
  const pooled = prepareTrainingSet(histories, FEATURES, OPTIONS);
  /** Of each pooled row its history and its index there. */
  const rows = histories.flatMap((source) =>
    source.bars.flatMap((bar, index) => (bar.session >= session(100) ? [{ source, index, session: bar.session }] : [])),
  );
  const realised = (targets: Float32Array): { row: number; horizon: number }[] =>
    Array.from(targets).flatMap((target, at) =>
      Number.isNaN(target) ? [] : [{ row: Math.floor(at / HORIZONS), horizon: (at % HORIZONS) + 1 }],
    );
  const outcomeSession = (row: number, horizon: number): string => {
    const { source, index } = rows[row] ?? { source: history, index: NaN };
    return source.bars[index + horizon]?.session ?? '';
  };

  it('has the rows of each symbol one after the other', () => {
    expect(rows).toHaveLength(pooled.inputs.length / width);
    expect([rows[200]?.session, rows[360]?.session, rows[361]?.session]).toEqual([
      session(100),
      session(289),
      session(297),
    ]);
    for (const at of [0, 199, 200, 280, 360]) {
      const { source, index } = rows[at] ?? { source: history, index: NaN };
      const { mean, deviation } = pooled.scaling[1] ?? { mean: NaN, deviation: NaN };
      const raw = source.features.columns['b']?.[index] ?? NaN;
      expect(pooled.inputs[at * width + 1]).toBeCloseTo((raw - mean) / deviation, 5);
    }
  });

  it('has no training target of any symbol realised later than the embargo before the first validation origin', () => {
    const outcomes = realised(pooled.training.targets).map(({ row, horizon }) => outcomeSession(row, horizon));
    expect(outcomes.toSorted().at(-1)).toBe(session(250));
    const ofHalted = realised(pooled.training.targets).filter(({ row }) => row >= 200);
    // The session after 227 is 252 for this symbol, which is too late.
    expect(
      ofHalted
        .map(({ row, horizon }) => outcomeSession(row, horizon))
        .toSorted()
        .at(-1),
    ).toBe(session(227));
  });

  it('has validation origins on the last sessions of all symbols alone', () => {
    const origins = realised(pooled.validation.targets).map(({ row }) => rows[row]?.session ?? '');
    expect(origins.toSorted()[0]).toBe(session(260));
    const windows = Array.from(pooled.validation.lastRows, (row) => rows[row]?.session ?? '');
    expect(windows.toSorted()[0]).toBe(session(260));
    expect(Array.from(pooled.validation.lastRows).filter((row) => row >= 200)).not.toEqual([]);
  });

  it('has windows of one symbol each, ascending, and none of a symbol that is too short', () => {
    const lastRows = [...pooled.training.lastRows, ...pooled.validation.lastRows];
    for (const last of lastRows) expect(rows[last - OPTIONS.lookback + 1]?.source).toBe(rows[last]?.source);
    expect(lastRows).toContain(204);
    expect(lastRows.filter((row) => (row >= 200 && row < 204) || row >= 361)).toEqual([]);
    expect([...pooled.training.lastRows]).toEqual([...pooled.training.lastRows].toSorted((a, b) => a - b));
    expect(pooled.symbols).toBe(2);
    expect([pooled.from, pooled.to]).toEqual([session(100), session(299)]);
  });

  it('brings the training rows of all symbols together to mean 0 and deviation 1', () => {
    const trained = new Set(realised(pooled.training.targets).map(({ row }) => row));
    const values = [...trained].map((row) => pooled.inputs[row * width] ?? NaN);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1, 5);
  });

  it('learns nothing from what any symbol did after the last training outcome', () => {
    const late = session(251);
    const changed = histories.map(({ bars, features }) => ({
      bars: bars.map((bar, index) => (bar.session < late ? bar : { ...bar, close: 50 + (index % 7) })),
      features: {
        ...features,
        columns: Object.fromEntries(
          Object.entries(features.columns).map(([name, column]) => [
            name,
            column.map((value, index) => ((features.sessions[index] ?? '') < late ? value : 9)),
          ]),
        ),
      },
    }));
    const poisoned = prepareTrainingSet(changed, FEATURES, OPTIONS);
    expect(poisoned.training).toEqual(pooled.training);
    expect(poisoned.scaling).toEqual(pooled.scaling);
    expect(poisoned.validation.targets).not.toEqual(pooled.validation.targets);
  });

  it('counts the sessions to learn from over all symbols', () => {
    const short = [historyUntil(history, 98), historyUntil(noiseHistory(300, 2), 98)];
    expect(prepareTrainingSet(short, FEATURES, OPTIONS).symbols).toBe(2);
    expect(
      thrownBy(() => prepareTrainingSet(short, FEATURES, { ...OPTIONS, minimumTrainingSessions: 97 })),
    ).toMatchObject({ reason: 'history-too-short', needed: 97, available: 96 });
  });
});
