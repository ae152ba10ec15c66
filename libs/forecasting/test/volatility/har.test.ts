import { HistoryTooShortError } from '../../src/history-too-short-error';
import { type History, historyUntil } from '../../src/history';
import { fitHar, type HarParameters, harScale } from '../../src/volatility/har';
import { historyOf, noiseHistory } from '../fixtures/histories';
import { thrownBy } from '../fixtures/thrown';
import { poisonedAfter, simulatedMarket } from './fixtures/stochastic-volatility';

/** The first row that has all regressors. */
const FIRST = 125;

const logReturns = ({ bars }: History, horizon: number): number[] =>
  bars.slice(horizon).map(({ close }, row) => Math.log(close / (bars[row]?.close ?? NaN)));

function correlation(first: readonly number[], second: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(first), mean(second)];
  const covariance = mean(first.map((value, index) => (value - a) * ((second[index] ?? NaN) - b)));
  const variances = [mean(first.map((value) => (value - a) ** 2)), mean(second.map((value) => (value - b) ** 2))];
  return covariance / Math.sqrt((variances[0] ?? NaN) * (variances[1] ?? NaN));
}

/** Gaussian log loss of returns at the best multiple of their scales. */
function logLoss(returns: readonly number[], scales: readonly number[]): number {
  const logs = scales.reduce((sum, scale) => sum + Math.log(scale), 0) / scales.length;
  const squares = returns.reduce((sum, value, index) => sum + (value / (scales[index] ?? NaN)) ** 2, 0);
  return logs + 0.5 * Math.log(squares / returns.length);
}

function expectSameFit(found: HarParameters, expected: HarParameters): void {
  expect(found.coefficients).toHaveLength(expected.coefficients.length);
  found.coefficients.forEach((weights, horizon) => {
    weights.forEach((weight, at) => {
      expect(Math.abs(weight - (expected.coefficients[horizon]?.[at] ?? NaN))).toBeLessThan(1e-6);
    });
  });
}

describe('fitting HAR', () => {
  const { history, deviations } = simulatedMarket(3000, 1);

  it('finds the persistence of volatility: later scales follow the true one', () => {
    const scales = harScale(fitHar([historyUntil(history, 1999)])).scales(history, 2000, 990);
    for (const horizon of [1, 5, 10]) {
      const said = Array.from({ length: 990 }, (_, index) => Math.log(scales[index * 10 + horizon - 1] ?? NaN));
      const truth = said.map((_, index) => {
        const ahead = deviations.subarray(2001 + index, 2001 + index + horizon);
        return 0.5 * Math.log(ahead.reduce((sum, deviation) => sum + deviation * deviation, 0));
      });
      expect(correlation(said, truth)).toBeGreaterThan(0.75);
    }
  });

  it('tells more of later returns than a scale that is always the same', () => {
    const scales = harScale(fitHar([historyUntil(history, 1999)])).scales(history, 2000, 990);
    for (const horizon of [1, 5, 10]) {
      const returns = logReturns(history, horizon).slice(2000, 2990);
      const said = returns.map((_, index) => scales[index * 10 + horizon - 1] ?? NaN);
      const constant = returns.map(() => 1);
      expect(logLoss(returns, said)).toBeLessThan(logLoss(returns, constant) - 0.08);
    }
  });

  it('expects volatility to return to its mean: a longer horizon leans less on today', () => {
    const { coefficients } = fitHar([history]);
    const onTheLastMonth = coefficients.map((weights) => weights.slice(1, 4).reduce((sum, weight) => sum + weight, 0));
    expect(onTheLastMonth[0]).toBeGreaterThan(0.7);
    expect(onTheLastMonth[9]).toBeLessThan(onTheLastMonth[0] ?? NaN);
  });

  it('finds no volatility to follow where returns are independent', () => {
    const scales = harScale(fitHar([noiseHistory(3000, 5)])).scales(noiseHistory(900, 6), FIRST, 700);
    const ofOneSession = scales.filter((_, index) => index % 10 === 0);
    expect(Math.max(...ofOneSession) / Math.min(...ofOneSession)).toBeLessThan(2);
  });

  it('reads no open, so that one which only repeats the last close does no harm', () => {
    const opened: History = {
      ...history,
      bars: history.bars.map((bar) => ({ ...bar, open: (bar.high + bar.low) / 2 })),
    };
    const parameters = fitHar([opened]);
    expect(parameters).toEqual(fitHar([history]));
    expect(harScale(parameters).scales(opened, 2990, 10)).toEqual(harScale(parameters).scales(history, 2990, 10));
  });

  it('counts a gap overnight as it counts the same move within the session', () => {
    const closes = [...history.bars.slice(0, 400).map(({ close }) => close)];
    const flat = historyOf(closes);
    // The same closes, each reached from the last one within the session.
    const moving: History = {
      ...flat,
      bars: flat.bars.map((bar, row) => {
        const before = closes[row - 1] ?? bar.close;
        return { ...bar, open: before, high: Math.max(before, bar.close), low: Math.min(before, bar.close) };
      }),
    };
    const parameters = fitHar([flat]);
    expect(fitHar([moving])).toEqual(parameters);
    expect(harScale(parameters).scales(moving, 0, 400)).toEqual(harScale(parameters).scales(flat, 0, 400));
  });

  it('fits two histories as the rows of both, in whatever order', () => {
    const [first, second] = [simulatedMarket(700, 2).history, simulatedMarket(450, 3).history];
    const both = fitHar([first, second]);
    expectSameFit(fitHar([second, first]), both);
    // Twice the same rows are the same fit; other rows are another one.
    expectSameFit(fitHar([first, second, first, second]), both);
    expect(
      Math.abs((fitHar([first]).coefficients[0]?.[1] ?? NaN) - (both.coefficients[0]?.[1] ?? NaN)),
    ).toBeGreaterThan(1e-3);
  });

  it('takes no rows from a history that is shorter than its warm-up', () => {
    expect(fitHar([historyUntil(history, 700), historyUntil(history, FIRST)])).toEqual(
      fitHar([historyUntil(history, 700)]),
    );
  });

  it('refuses too little, however many histories it is of, and says whose fit it was', () => {
    // Rows 125 to n − 1 − h; of ten sessions ahead there are the fewest.
    const enough = FIRST + 250 + 10;
    expect(fitHar([historyUntil(history, enough - 1)]).coefficients).toHaveLength(10);
    const error = thrownBy(() => fitHar([historyUntil(history, enough - 2)]));
    expect(error).toBeInstanceOf(HistoryTooShortError);
    expect(error).toMatchObject({ reason: 'history-too-short', learner: 'har', needed: 250, available: 249 });
    const short = Array.from({ length: 30 }, (_, seed) => noiseHistory(FIRST + 5, seed));
    expect(thrownBy(() => fitHar(short))).toMatchObject({ learner: 'har' });
    expect(thrownBy(() => fitHar([]))).toMatchObject({ learner: 'har', needed: 250, available: 0 });
  });

  it('says a number even of a price that stands still', () => {
    const still = historyOf(new Array<number>(500).fill(100));
    const parameters = fitHar([still]);
    expect(parameters.coefficients.flat().every(Number.isFinite)).toBe(true);
    const scales = harScale(parameters).scales(still, FIRST, 10);
    expect(scales.every((scale) => scale > 0 && scale < 1e-3)).toBe(true);
  });
});

describe('the scale of HAR', () => {
  const { history } = simulatedMarket(900, 4);
  const parameters = fitHar([historyUntil(history, 699)]);
  const model = harScale(parameters);
  const all = model.scales(history, 0, 900);

  it('is said from row 125 on, of all horizons', () => {
    expect(all.findIndex((scale) => !Number.isNaN(scale))).toBe(FIRST * 10);
    expect(all.slice(FIRST * 10).every((scale) => scale > 0)).toBe(true);
    expect(model.scales(history, 0, 100).every(Number.isNaN)).toBe(true);
  });

  it('is the same to the bit when everything after the row is cut off or is something else', () => {
    const poisoned = poisonedAfter(history, 600);
    for (const row of [FIRST - 1, FIRST, FIRST + 1, 300, 600]) {
      const expected = all.slice(row * 10, row * 10 + 10);
      expect(model.scales(historyUntil(history, row), row, 1)).toEqual(expected);
      expect(model.scales(poisoned, row, 1)).toEqual(expected);
    }
    expect(model.scales(poisoned, 601, 1)).not.toEqual(all.slice(6010, 6020));
  });

  it('gives any stretch of rows as it is among all, also one that begins before row 125', () => {
    expect(model.scales(history, 100, 80)).toEqual(all.slice(1000, 1800));
    expect(model.scales(history, 400, 3)).toEqual(all.slice(4000, 4030));
  });

  it('is learnt from what is known alone', () => {
    expect(fitHar([historyUntil(poisonedAfter(history, 699), 699)])).toEqual(parameters);
  });

  it('is the same after its parameters were in a file', () => {
    const read = JSON.parse(JSON.stringify(parameters)) as HarParameters;
    expect(harScale(read).scales(history, 0, 900)).toEqual(all);
  });
});
