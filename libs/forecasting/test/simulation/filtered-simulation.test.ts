import { centralInterval, covers } from '../../src/evaluation/interval-score';
import { type ForecastAnswer, latestForecast } from '../../src/forecaster';
import { type History, historyUntil } from '../../src/history';
import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../../src/horizons';
import { RandomSource } from '../../src/random';
import { FilteredSimulation } from '../../src/simulation/filtered-simulation';
import { empiricalQuantile } from '../../src/statistics/empirical-quantile';
import { ewmaScale } from '../../src/volatility/ewma-scale';
import { type ScaleModel } from '../../src/volatility/scale-model';
import { closesOf, historyOf, noiseHistory, session } from '../fixtures/histories';
import { poisonedAfter, simulatedMarket } from '../volatility/fixtures/stochastic-volatility';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** A model of the scale that is given by row and horizon (1..10). */
function scaleOf(name: string, scale: (row: number, horizon: number) => number): ScaleModel {
  return {
    name,
    scales: (_, from, count) =>
      Float64Array.from({ length: count * HORIZONS }, (_value, index) =>
        scale(from + Math.floor(index / HORIZONS), (index % HORIZONS) + 1),
      ),
  };
}

const constant = scaleOf('constant', () => 1);
const weekly = scaleOf('weekly', (row, horizon) => (1 + (row % 7)) * Math.sqrt(horizon));

function simulationOf(components: readonly ScaleModel[], tracked = false): FilteredSimulation {
  return new FilteredSimulation({ name: 'simulated', components, tracked });
}

function quantilesOf(answer: ForecastAnswer | undefined): readonly Float64Array[] {
  if (answer?.outcome !== 'forecast') throw new Error(answer?.detail ?? 'There is no answer.');
  return answer.quantiles;
}

function expectClose(found: Float64Array | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(found?.[index]).toBeCloseTo(value, 13));
}

/** Width of the 90 % interval one session ahead. */
function widthOf(answer: ForecastAnswer | undefined): number {
  const [quantiles] = quantilesOf(answer);
  return (quantiles?.[QUANTILE_LEVELS.indexOf(0.95)] ?? NaN) - (quantiles?.[QUANTILE_LEVELS.indexOf(0.05)] ?? NaN);
}

/** Share of outcomes within the 90 % interval, by horizon. */
function coveragesOf(simulation: FilteredSimulation, history: History, origins: readonly number[]): number[] {
  const interval = centralInterval(0.9);
  const answers = simulation.forecasts(history, origins).map(quantilesOf);
  return range(1, 11).map((horizon) => {
    const covered = answers.filter((quantiles, index) => {
      const origin = origins[index] ?? NaN;
      const outcome = Math.log((history.bars[origin + horizon]?.close ?? NaN) / (history.bars[origin]?.close ?? NaN));
      return covers(interval, quantiles[horizon - 1] ?? new Float64Array(), outcome);
    });
    return covered.length / answers.length;
  });
}

describe('filtered historical simulation', () => {
  it('has under a constant scale the quantiles of the latest 2,500 returns that were realised', () => {
    const history = noiseHistory(2700, 1);
    const logCloses = history.bars.map(({ close }) => Math.log(close));
    for (const origin of [400, 2690]) {
      const [answer] = simulationOf([constant]).forecasts(history, [origin]);
      range(1, 11).forEach((horizon) => {
        const returns = range(horizon, origin + 1).map(
          (row) => (logCloses[row] ?? NaN) - (logCloses[row - horizon] ?? NaN),
        );
        const sorted = Float64Array.from(returns.slice(-2500)).sort();
        expectClose(
          quantilesOf(answer)[horizon - 1],
          QUANTILE_LEVELS.map((level) => empiricalQuantile(sorted, level)),
        );
      });
    }
  });

  it('is past returns ÷ the scale expected of them × the scale expected now', () => {
    const history = noiseHistory(500, 2);
    const logCloses = history.bars.map(({ close }) => Math.log(close));
    const scale = (row: number, horizon: number): number => (1 + (row % 7)) * Math.sqrt(horizon);
    for (const origin of [400, 403]) {
      const [answer] = simulationOf([weekly]).forecasts(history, [origin]);
      for (const horizon of [1, 4, 10]) {
        const residuals = range(0, origin + 1 - horizon).map(
          (row) => ((logCloses[row + horizon] ?? NaN) - (logCloses[row] ?? NaN)) / scale(row, horizon),
        );
        const sorted = Float64Array.from(residuals).sort();
        expectClose(
          quantilesOf(answer)[horizon - 1],
          QUANTILE_LEVELS.map((level) => scale(origin, horizon) * empiricalQuantile(sorted, level)),
        );
      }
    }
  });

  it.each([false, true])('covers nine in ten independent returns (tracked: %s)', (tracked) => {
    const history = noiseHistory(1800, 11);
    const coverages = coveragesOf(simulationOf([ewmaScale], tracked), history, range(400, 1790));
    expect(Math.abs((coverages[0] ?? NaN) - 0.9)).toBeLessThan(0.02);
    // Ten sessions ahead there are a tenth as many that are independent.
    expect(Math.abs((coverages[9] ?? NaN) - 0.9)).toBeLessThan(0.05);
  });

  it('has its median where the returns have theirs', () => {
    const random = new RandomSource(4);
    const returns = Array.from({ length: 1500 }, () => 0.002 + 0.01 * random.normal());
    const quantiles = quantilesOf(latestForecast(simulationOf([ewmaScale]), historyOf(closesOf(returns))));
    quantiles.forEach((ofHorizon, index) => {
      const expected = 0.002 * (index + 1);
      expect(Math.abs((ofHorizon[MEDIAN_INDEX] ?? NaN) - expected)).toBeLessThan(0.001 * Math.sqrt(index + 1));
    });
  });

  it.each([
    ['untracked', false],
    ['tracked', true],
  ])('answers among many origins as from a history that ends there, to the bit (%s)', (_, tracked) => {
    const { history } = simulatedMarket(900, 3);
    const simulation = simulationOf([ewmaScale, weekly], tracked);
    const origins = range(255, 900);
    const answers = simulation.forecasts(history, origins);
    for (const origin of [255, 259, 260, 273, 500, 899]) {
      const answer = answers[origin - 255];
      expect(latestForecast(simulation, historyUntil(history, origin))).toEqual(answer);
      expect(simulation.forecasts(history, [origin])).toEqual([answer]);
    }
    // The first session has no EWMA volatility, so that the 250th outcome is realised at row 260.
    expect(answers.map(({ outcome }) => outcome).indexOf('forecast')).toBe(5);
  });

  it.each([
    ['untracked', false],
    ['tracked', true],
  ])('takes an outcome in from the session on that it was realised at (%s)', (_, tracked) => {
    const { history } = simulatedMarket(800, 5);
    const poisoned = poisonedAfter(history, 600);
    const simulation = simulationOf([constant], tracked);
    const origins = range(560, 602);
    const honest = simulation.forecasts(history, origins);
    const other = simulation.forecasts(poisoned, origins);
    expect(other.slice(0, -1)).toEqual(honest.slice(0, -1));
    // The first poisoned close is an outcome of each horizon at once, from the row that it is in.
    const before = quantilesOf(honest.at(-1));
    quantilesOf(other.at(-1)).forEach((quantiles, index) => expect(quantiles).not.toEqual(before[index]));
  });

  it('gives the same again', () => {
    const { history } = simulatedMarket(500, 6);
    const simulation = simulationOf([ewmaScale], true);
    const first = simulation.forecasts(history, range(300, 500));
    expect(simulation.forecasts(history, range(300, 500))).toEqual(first);
  });
});

describe('what filtered historical simulation abstains from', () => {
  const history = noiseHistory(400, 7);

  it('is an origin before 250 outcomes ten sessions ahead are realised', () => {
    const [short, enough] = simulationOf([constant]).forecasts(history, [258, 259]);
    expect(short).toEqual({
      outcome: 'abstained',
      code: 'too-short',
      detail:
        'The history is too short: simulated needs 250 realised outcomes ten sessions ahead of which constant knew the scale, and there are 249.',
    });
    expect(enough?.outcome).toBe('forecast');
  });

  it('is an origin where one of the components knows fewer, which is named', () => {
    const late = scaleOf('late', (row) => (row < 50 ? NaN : 1));
    const answers = simulationOf([constant, late]).forecasts(history, [308, 309]);
    expect(answers[0]).toMatchObject({ code: 'too-short', detail: expect.stringContaining('late knew') as string });
    expect(answers[1]?.outcome).toBe('forecast');
  });

  it.each([
    ['is not a number', NaN, 1],
    ['is 0', 0, 1],
    ['is not known of the longest horizon', NaN, 10],
  ])('is an origin whose scale %s, and no other', (_, value, from) => {
    const gap = scaleOf('gap', (row, horizon) => (row === 320 && horizon >= from ? value : 1));
    const [before, at, after] = simulationOf([constant, gap], true).forecasts(history, [319, 320, 321]);
    expect(at).toEqual({
      outcome: 'abstained',
      code: 'incomplete-features',
      detail: `gap cannot say how far the price may move from ${session(320)}: what it reads is not complete there, or the price has not moved.`,
    });
    expect([before?.outcome, after?.outcome]).toEqual(['forecast', 'forecast']);
  });

  it('is a price that has never moved, and nothing at all', () => {
    const still = historyOf(new Array<number>(400).fill(100));
    expect(latestForecast(simulationOf([ewmaScale]), still)).toMatchObject({ code: 'too-short' });
    expect(latestForecast(simulationOf([ewmaScale]), historyOf([]))).toMatchObject({ code: 'too-short' });
    expect(simulationOf([ewmaScale]).forecasts(history, [])).toEqual([]);
  });

  it('leaves outcomes out whose scale was not known, without a trace', () => {
    const gap = scaleOf('gap', (row) => (row === 100 ? NaN : 1));
    const [with259, with260] = simulationOf([gap]).forecasts(history, [259, 260]);
    expect([with259?.outcome, with260?.outcome]).toEqual(['abstained', 'forecast']);
    expect(quantilesOf(with260).every((quantiles) => quantiles.every(Number.isFinite))).toBe(true);
  });
});

describe('a blend of scales', () => {
  it('lies outside its domain where one of its components does, and says what the first of them says', () => {
    const outside = (name: string, rows: readonly number[]): ScaleModel => ({
      ...ewmaScale,
      outsideDomain: (_, origins) =>
        origins.map((origin) =>
          rows.includes(origin) ? { outcome: 'abstained', code: 'out-of-domain', detail: name } : undefined,
        ),
    });
    const components = [ewmaScale, outside('first', [3, 4]), outside('second', [4, 5])];
    const blend = new FilteredSimulation({ name: 'blend', components, tracked: false });
    const said = blend.outsideDomain(noiseHistory(10, 1), [2, 3, 4, 5]);
    expect(said.map((found) => found?.detail)).toEqual([undefined, 'first', 'first', 'second']);
  });

  it('averages the quantiles of its components level by level', () => {
    const history = noiseHistory(500, 8);
    const components = [constant, weekly, ewmaScale];
    const blended = quantilesOf(latestForecast(simulationOf(components), history));
    const alone = components.map((component) => quantilesOf(latestForecast(simulationOf([component]), history)));
    blended.forEach((quantiles, horizon) => {
      expectClose(
        quantiles,
        QUANTILE_LEVELS.map((_, level) =>
          alone.reduce((sum, one) => sum + (one[horizon]?.[level] ?? NaN) / components.length, 0),
        ),
      );
    });
  });

  it('of one scale twice is that scale', () => {
    const history = noiseHistory(400, 9);
    const once = quantilesOf(latestForecast(simulationOf([weekly]), history));
    quantilesOf(latestForecast(simulationOf([weekly, weekly]), history)).forEach((quantiles, horizon) =>
      expectClose(quantiles, Array.from(once[horizon] ?? [])),
    );
  });
});

describe('widths that are tracked', () => {
  const JUMP = 900;
  const random = new RandomSource(12);
  const jumping = historyOf(
    closesOf(Array.from({ length: 1400 }, (_, index) => (index < JUMP ? 0.01 : 0.025) * random.normal())),
  );
  const tracked = simulationOf([constant], true);
  const untracked = simulationOf([constant]);

  it('rise after a jump of volatility that the scale does not see', () => {
    const origins = [JUMP, JUMP + 20];
    const widths = tracked.forecasts(jumping, origins).map(widthOf);
    const constantWidths = untracked.forecasts(jumping, origins).map(widthOf);
    expect((widths[1] ?? NaN) / (widths[0] ?? NaN)).toBeGreaterThan(1.5);
    expect((constantWidths[1] ?? NaN) / (constantWidths[0] ?? NaN)).toBeLessThan(1.2);
  });

  it('recover the coverage that widths which stay lose', () => {
    const origins = range(JUMP + 20, 1390);
    const [withThem] = coveragesOf(tracked, jumping, origins);
    const [without] = coveragesOf(untracked, jumping, origins);
    expect(without).toBeLessThan(0.78);
    expect(withThem).toBeGreaterThan(0.84);
    expect(withThem).toBeLessThan(0.93);
  });

  it('leave the median where it was', () => {
    const medians = [tracked, untracked].map((simulation) =>
      quantilesOf(simulation.forecasts(jumping, [JUMP + 50])[0]).map((quantiles) => quantiles[MEDIAN_INDEX]),
    );
    expect(medians[0]).toEqual(medians[1]);
  });

  it('stay as they are where the interval is right', () => {
    const origins = range(500, JUMP);
    const constantWidths = untracked.forecasts(jumping, origins).map(widthOf);
    const ratios = tracked
      .forecasts(jumping, origins)
      .map((answer, index) => widthOf(answer) / (constantWidths[index] ?? NaN));
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
  });

  it('fall after calm returns, and quantiles that would cross are ascending all the same', () => {
    const uniform = new RandomSource(13);
    const returns = Array.from({ length: 1100 }, (_, index) => (index < 800 ? 0.1 : 0.001) * (uniform.uniform() - 0.5));
    const calming: History = historyOf(closesOf(returns));
    const origins = range(800, 1101);
    const answers = tracked.forecasts(calming, origins);
    const crossing = answers.filter((answer) =>
      quantilesOf(answer).some((quantiles) => quantiles.some((value, at) => value < (quantiles[at - 1] ?? -Infinity))),
    );
    expect(crossing).toEqual([]);
    const [given] = untracked.forecasts(calming, [1000]);
    expect(widthOf(answers[200])).toBeLessThan(0.8 * widthOf(given));
  });
});
