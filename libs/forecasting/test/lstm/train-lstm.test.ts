import { type Forecaster, latestForecast } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { RandomSource } from '../../src/random';
import { HORIZONS, QUANTILE_LEVELS } from '../../src/horizons';
import { type LstmModel } from '../../src/lstm/lstm-model';
import { studentTQuantile } from '../../src/statistics/student-t';
import { ewmaVolatility } from '@closing-bell/features';
import { evaluateOne } from '../fixtures/evaluation';
import { closesOf, historyOf, noiseHistory, session, studentTReturns } from '../fixtures/histories';
import { trainSmall } from '../fixtures/small-lstm';

const FEATURES = ['a', 'b'];
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Student t quantiles of deviation 1 times the EWMA volatility: what is known without any feature. */
const ewmaLevel: Forecaster = {
  name: 'ewma-level',
  forecasts: ({ bars }, origins) => {
    const volatility = ewmaVolatility(bars.map((bar) => bar.close));
    return origins.map((origin) => ({
      outcome: 'forecast',
      quantiles: range(1, 11).map((horizon) =>
        STANDARD.map((quantile) => (volatility[origin] ?? NaN) * Math.sqrt(horizon) * quantile),
      ),
    }));
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

/**
 * Calm and wild sessions in random order, and a first feature that says which the next will be.
 * shuffledUntil: returns before it happen in another order, so that their features say nothing of them.
 */
function foretoldHistory(sessions: number, shuffledUntil = 0): History {
  const random = new RandomSource(17);
  const wild = Array.from({ length: sessions }, () => random.uniform() < 0.5);
  const returns = wild.slice(0, -1).map((isWild) => (isWild ? 0.02 : 0.005) * random.normal());
  const order = [...random.shuffled(range(0, shuffledUntil)), ...range(shuffledUntil, returns.length)];
  return historyOf(closesOf(order.map((index) => returns[index] ?? NaN)), {
    a: Float64Array.from(wild, Number),
    b: Float64Array.from(wild, () => random.normal()),
  });
}

/** Deviation ÷ mean of how wide a model says the next session is, in EWMA volatilities, over the origins. */
function variationOfScale(model: LstmModel, history: History, origins: readonly number[]): number {
  const volatility = ewmaVolatility(history.bars.map((bar) => bar.close));
  const scales = model.scaleModel().scales(history, 0, history.bars.length);
  const widths = origins.map((origin) => (scales[origin * HORIZONS] ?? NaN) / (volatility[origin] ?? NaN));
  const mean = widths.reduce((sum, width) => sum + width, 0) / widths.length;
  return Math.sqrt(widths.reduce((sum, width) => sum + (width - mean) ** 2, 0) / widths.length) / mean;
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
      const model = await trainSmall({ histories: [known], featureNames: FEATURES, options: { epochs: 2 } });
      return { files: model.files, forecast: latestForecast(model, known) };
    };
    expect(await train(poisoned)).toEqual(await train(history));
  });

  it('finds a planted leak: targets belong to the session they are paired with', async () => {
    const history = leakingHistory(800);
    const model = await trainSmall({
      histories: [historyUntil(history, 499)],
      featureNames: FEATURES,
      options: { epochs: 30, learningRate: 0.04, patience: 30 },
    });
    const evaluation = await evaluateOne([model], history, range(520, 780));
    expect(evaluation?.scores[0]?.horizons[0]?.skillOverBaseline).toBeGreaterThan(0.5);
  });

  it('has no skill over the volatility level when features and targets are unrelated', async () => {
    const history = noiseHistory(900, 21);
    const model = await trainSmall({
      histories: [historyUntil(history, 499)],
      featureNames: FEATURES,
      options: { epochs: 6 },
    });
    const evaluation = await evaluateOne([model, ewmaLevel], history, range(520, 880));
    const [lstm, level] = evaluation?.scores ?? [];
    expect(1 - (lstm?.crps ?? NaN) / (level?.crps ?? NaN)).toBeLessThan(0.03);
  });

  it('covers nine outcomes in ten of independent Student t returns', async () => {
    const history = noiseHistory(1400, 5);
    const model = await trainSmall({
      histories: [historyUntil(history, 499)],
      featureNames: FEATURES,
      options: { epochs: 8 },
    });
    const evaluation = await evaluateOne([model], history, range(520, 1380));
    expect(Math.abs((evaluation?.scores[0]?.horizons[0]?.coverage90 ?? NaN) - 0.9)).toBeLessThan(0.04);
  });

  it.each([
    ['falls back to the level of the EWMA volatility when its returns were shuffled in time', 700],
    ['beats that level when they were not', 0],
  ])('%s', async (_, shuffledUntil) => {
    const origins = range(720, 1180);
    const fresh = foretoldHistory(1200);
    const model = await trainSmall({
      histories: [historyUntil(foretoldHistory(1200, shuffledUntil), 699)],
      featureNames: FEATURES,
      options: { epochs: 12, patience: 12, sessions: 700, stride: 2 },
    });
    const evaluation = await evaluateOne([model, ewmaLevel], fresh, origins);
    const [lstm, level] = evaluation?.scores.map(({ horizons }) => horizons[0]?.crps ?? NaN) ?? [];
    const skill = 1 - (lstm ?? NaN) / (level ?? NaN);
    const variation = variationOfScale(model, fresh, origins);
    if (shuffledUntil === 0) {
      expect(skill).toBeGreaterThan(0.05);
      expect(variation).toBeGreaterThan(0.3);
    } else {
      expect(Math.abs(skill)).toBeLessThan(0.02);
      expect(variation).toBeLessThan(0.1);
    }
  });
});

describe('training an LSTM on many symbols', () => {
  const histories = [noiseHistory(420, 1), noiseHistory(400, 2), noiseHistory(3, 3)];

  it('says how many it learned from, until when, and gives the same bytes again', async () => {
    const train = () => trainSmall({ histories, featureNames: FEATURES, options: { epochs: 2 } });
    const model = await train();
    expect(model.preprocessing.training).toMatchObject({ from: session(0), to: session(419), symbols: 2 });
    expect((await train()).files).toEqual(model.files);
  });

  it('says nothing of symbols where there is one', async () => {
    const model = await trainSmall({
      histories: histories.slice(0, 1),
      featureNames: FEATURES,
      options: { epochs: 0 },
    });
    expect(model.preprocessing.training).not.toHaveProperty('symbols');
  });

  it('forecasts a symbol that it never saw', async () => {
    const pool = [11, 12, 13].map((seed) => historyUntil(noiseHistory(900, seed), 499));
    const model = await trainSmall({ histories: pool, featureNames: FEATURES, options: { epochs: 4 } });
    const evaluation = await evaluateOne([model, ewmaLevel], noiseHistory(900, 14), range(520, 880));
    const [lstm, level] = evaluation?.scores ?? [];
    expect(Math.abs(1 - (lstm?.crps ?? NaN) / (level?.crps ?? NaN))).toBeLessThan(0.03);
  });
});
