import { evaluate } from '../../src/evaluation/evaluate';
import { type Forecaster } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { RandomSource } from '../../src/random';
import { QUANTILE_LEVELS } from '../../src/horizons';
import { studentTQuantile } from '../../src/statistics/student-t';
import { ewmaVolatility } from '@closing-bell/features';
import { closesOf, historyOf, noiseHistory, studentTReturns } from '../fixtures/histories';
import { trainSmall } from '../fixtures/small-lstm';

const FEATURES = ['a', 'b'];
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Student t quantiles of deviation 1 times the EWMA volatility: what is known without any feature. */
const ewmaLevel: Forecaster = {
  name: 'ewma-level',
  forecast: ({ bars }) => {
    const volatility = ewmaVolatility(bars.map((bar) => bar.close)).at(-1) ?? NaN;
    return {
      outcome: 'forecast',
      quantiles: range(1, 11).map((horizon) => STANDARD.map((quantile) => volatility * Math.sqrt(horizon) * quantile)),
    };
  },
};
const STANDARD = Float64Array.from(QUANTILE_LEVELS, (level) => studentTQuantile(level, 5) / Math.sqrt(5 / 3));

/** A history whose first feature is the next session's return ÷ 0.01, as a leak would have it. */
function leakingHistory(sessions: number): History {
  const random = new RandomSource(9);
  const returns = studentTReturns(sessions, random);
  const closes = closesOf(returns.slice(0, -1));
  return historyOf(closes, {
    a: Float64Array.from(returns, (logReturn) => 100 * logReturn),
    b: Float64Array.from(returns, () => random.normal()),
  });
}

describe('training an LSTM', () => {
  it('gives the same bytes when everything after the origin is noise', async () => {
    const history = noiseHistory(700, 1);
    const random = new RandomSource(99);
    const poisoned: History = {
      bars: history.bars.map((bar, index) => (index <= 500 ? bar : { ...bar, close: 50 + 100 * random.uniform() })),
      features: {
        ...history.features,
        columns: Object.fromEntries(
          Object.entries(history.features.columns).map(([name, column]) => [
            name,
            column.map((value, index) => (index <= 500 ? value : random.normal())),
          ]),
        ),
      },
    };
    const train = async (source: History) => {
      const known = historyUntil(source, 500);
      const model = await trainSmall({ history: known, featureNames: FEATURES, options: { epochs: 2 } });
      return { files: model.files, forecast: model.forecast(known) };
    };
    expect(await train(poisoned)).toEqual(await train(history));
  });

  it('finds a planted leak: targets belong to the session they are paired with', async () => {
    const history = leakingHistory(800);
    const model = await trainSmall({
      history: historyUntil(history, 499),
      featureNames: FEATURES,
      options: { epochs: 30, learningRate: 0.04, patience: 30 },
    });
    const evaluation = await evaluate([model], history, range(520, 780));
    expect(evaluation?.scores[0]?.horizons[0]?.skillOverBaseline).toBeGreaterThan(0.5);
  });

  it('has no skill over the volatility level when features and targets are unrelated', async () => {
    const history = noiseHistory(900, 21);
    const model = await trainSmall({
      history: historyUntil(history, 499),
      featureNames: FEATURES,
      options: { epochs: 6 },
    });
    const evaluation = await evaluate([model, ewmaLevel], history, range(520, 880));
    const [lstm, level] = evaluation?.scores ?? [];
    expect(1 - (lstm?.crps ?? NaN) / (level?.crps ?? NaN)).toBeLessThan(0.03);
  });

  it('covers nine outcomes in ten of independent Student t returns', async () => {
    const history = noiseHistory(1400, 5);
    const model = await trainSmall({
      history: historyUntil(history, 499),
      featureNames: FEATURES,
      options: { epochs: 8 },
    });
    const evaluation = await evaluate([model], history, range(520, 1380));
    expect(Math.abs((evaluation?.scores[0]?.horizons[0]?.coverage90 ?? NaN) - 0.9)).toBeLessThan(0.04);
  });
});
