import { evaluate } from '../../src/evaluation/evaluate';
import { dieboldMariano } from '../../src/evaluation/diebold-mariano';
import { summarise } from '../../src/evaluation/summarise';
import { crps } from '../../src/evaluation/crps';
import { HORIZONS } from '../../src/horizons';
import { evaluateOne } from '../fixtures/evaluation';
import { constantForecaster, forecasterOf, studentTForecast } from '../fixtures/forecasters';
import { historyOf, noiseHistory, session } from '../fixtures/histories';
import { sampleBars } from '../fixtures/sample';

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);
const wobbling = range(0, 270).map((index) => 100 - ((index % 2) * 2 - 1) * 0.5);

/** Says that the log return of h sessions lies evenly between h × low and h × high: quantiles at the levels between. */
const between = (name: string, low: number, high: number) =>
  forecasterOf(name, () => ({
    outcome: 'forecast',
    quantiles: range(1, HORIZONS).map((horizon) =>
      Float64Array.from(range(1, 39), (step) => horizon * (low + ((high - low) * step) / 40)),
    ),
  }));

describe('the summary of an evaluation', () => {
  it('gives persistence its hand-computed errors', async () => {
    // The price is 100 and then rises by 1 a session: persistence errs by h at every horizon.
    const evaluation = await evaluateOne([], historyOf([...wobbling, ...range(100, 11)]), [270]);
    const horizon = evaluation?.naive.horizons[4];
    expect(evaluation?.origins).toEqual([session(270)]);
    expect(horizon).toMatchObject({ horizon: 5, rmseToNaive: 1, maeToNaive: 1, skillOverNaive: 0, coverage90: 0 });
    expect(horizon?.rmse).toBeCloseTo(5, 10);
    expect(horizon?.mae).toBeCloseTo(5, 10);
    expect(horizon?.mape).toBeCloseTo(5 / 105, 10);
    expect(horizon?.crps).toBeCloseTo(Math.log(105 / 100), 10);
    expect(horizon?.winkler90).toBeCloseTo(20 * Math.log(105 / 100), 6);
    expect(horizon?.direction).toEqual({ called: 0, hit: null, alwaysUp: null, pDifferent: null });
  });

  it('gives intervals and direction their hand-computed scores', async () => {
    // Log returns of h sessions: +0.02 h from the first origin, −0.01 h from the second.
    const closes = [...wobbling.slice(0, 269), ...range(0, 11).map((step) => 100 * Math.exp(0.02 * step))];
    const falling = range(1, 11).map((step) => (closes.at(-1) ?? NaN) * Math.exp(-0.01 * step));
    const history = historyOf([...closes, ...falling]);
    const evaluation = await evaluateOne([between('even', -0.03, 0.05)], history, [269, 279]);
    const first = evaluation?.scores[0]?.horizons[0];
    // Quantiles at 0.05 and 0.95: −0.026 and 0.046; at 0.25 and 0.75: −0.01 and 0.03. Median 0.01.
    expect(first).toMatchObject({ coverage50: 1, coverage80: 1, coverage90: 1 });
    expect(first?.winkler90).toBeCloseTo(0.072, 7);
    expect(first?.winkler50).toBeCloseTo(0.04, 7);
    expect(first?.direction).toEqual({ called: 1, hit: 0.5, alwaysUp: 0.5, pDifferent: null });
    const quantiles = Float64Array.from(range(1, 39), (step) => -0.03 + (0.08 * step) / 40);
    expect(first?.crps).toBeCloseTo((crps(quantiles, 0.02) + crps(quantiles, -0.01)) / 2, 10);
    const naiveCrps = (0.02 + 0.01) / 2;
    expect(first?.skillOverNaive).toBeCloseTo(1 - (first?.crps ?? NaN) / naiveCrps, 8);
    expect(evaluation?.baseline.horizons[0]?.comparisons.map(({ rival }) => rival)).toEqual(['naive']);
  });

  it('takes the mean CRPS of the horizons first and its skill then, but the mean of the ratios of point errors', async () => {
    const evaluation = await evaluateOne(
      [constantForecaster('wide', 0.03, 0.01)],
      noiseHistory(400, 5),
      range(300, 60),
    );
    const [wide] = evaluation?.scores ?? [];
    const meanOf = (values: number[] | undefined) => (values ?? []).reduce((sum, value) => sum + value, 0) / HORIZONS;
    expect(wide?.crps).toBeCloseTo(meanOf(wide?.horizons.map((one) => one.crps)), 14);
    expect(wide?.skillOverBaseline).toBeCloseTo(1 - (wide?.crps ?? NaN) / (evaluation?.baseline.crps ?? NaN), 14);
    expect(wide?.maeToNaive).toBeCloseTo(meanOf(wide?.horizons.map((one) => one.maeToNaive)), 14);
    expect(wide?.coverage90).toBeCloseTo(meanOf(wide?.horizons.map((one) => one.coverage90)), 14);
  });

  it('compares each with the baselines and the named rivals that took part, never with itself', async () => {
    const scored = await evaluate(
      [constantForecaster('truth', 0.01), constantForecaster('wide', 0.03)],
      [{ symbol: 'A', history: noiseHistory(700, 5), origins: range(300, 380) }],
    );
    const evaluation = summarise(scored, ['wide', 'nobody', 'naive']);
    const [truth, wide] = evaluation?.scores ?? [];
    expect(truth?.comparisons.map(({ rival }) => rival)).toEqual(['naive', 'rolling-quantile-250', 'wide']);
    expect(wide?.comparisons.map(({ rival }) => rival)).toEqual(['naive', 'rolling-quantile-250']);
    const against = truth?.comparisons[2];
    expect(against?.skill).toBeCloseTo(1 - (truth?.crps ?? NaN) / (wide?.crps ?? NaN), 14);
    expect(against?.pBetter).toBeLessThan(1e-6);
    expect(wide?.horizons[0]?.comparisons[1]?.pBetter).toBeGreaterThan(1 - 1e-6);
  });

  it('tests on the mean over the symbols of a session, so that a panel of one series twice proves no more than once', async () => {
    const history = noiseHistory(400, 5);
    const origins = range(300, 80);
    const field = [constantForecaster('truth', 0.01), constantForecaster('wider', 0.012)];
    const once = summarise(await evaluate(field, [{ symbol: 'A', history, origins }]), ['wider']);
    const twice = summarise(
      await evaluate(field, [
        { symbol: 'A', history, origins },
        { symbol: 'B', history, origins },
      ]),
      ['wider'],
    );
    expect(once).toMatchObject({ forecasts: 80, asked: 80 });
    expect(twice).toMatchObject({ forecasts: 160, asked: 160, origins: once?.origins });
    const testsOf = (evaluation: typeof once) =>
      evaluation?.scores[0]?.comparisons.map(({ rival, pBetter, pDifferent }) => ({ rival, pBetter, pDifferent }));
    expect(testsOf(twice)).toEqual(testsOf(once));
    expect(once?.scores[0]?.comparisons[2]?.pBetter).toBeGreaterThan(0);
  });

  it('tests direction and point errors with the same test', async () => {
    const evaluation = await evaluateOne(
      [constantForecaster('bear', 0.01, -0.005)],
      noiseHistory(500, 6),
      range(300, 150),
    );
    const { bars } = noiseHistory(500, 6);
    const [bear] = evaluation?.scores ?? [];
    const moves = range(300, 150).map((origin) =>
      Math.sign((bars[origin + 1]?.close ?? NaN) - (bars[origin]?.close ?? NaN)),
    );
    const ups = moves.filter((move) => move > 0).length / 150;
    expect(bear?.horizons[0]?.direction).toMatchObject({ called: 1, hit: 1 - ups, alwaysUp: ups });
    expect(bear?.horizons[0]?.direction.pDifferent).toBeCloseTo(
      dieboldMariano(
        moves.map((move) => -move),
        1,
      )?.pDifferent ?? NaN,
      12,
    );
    expect(bear?.horizons[0]?.pAbsoluteErrorToNaive).toBeLessThan(0.05);
    expect(evaluation?.naive.horizons[0]?.pSquaredErrorToNaive).toBe(1);
  });

  it('says who abstained, and nothing of the others', async () => {
    const late = forecasterOf('late', (_, origin) =>
      origin < 275 ? { outcome: 'abstained', code: 'out-of-domain', detail: '' } : studentTForecast(0.01),
    );
    const evaluation = await evaluateOne([late], noiseHistory(300, 1), range(270, 15));
    expect(evaluation?.abstentions).toEqual([{ forecaster: 'late', codes: { 'out-of-domain': 5 } }]);
  });

  it('is plain data', async () => {
    const evaluation = await evaluateOne([constantForecaster('a', 0.01)], noiseHistory(400, 1), range(300, 60));
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it('gives the published scores of the baselines on the S&P 500 index', async () => {
    const closes = sampleBars().map((bar) => bar.close);
    const evaluation = await evaluateOne([], historyOf(closes), range(4024, 1071));
    expect(evaluation?.naive.horizons[0]?.rmse).toBeCloseTo(30.87, 2);
    expect(evaluation?.naive.horizons[9]?.rmse).toBeCloseTo(92.31, 2);
    expect(100 * (evaluation?.naive.horizons[0]?.mape ?? 0)).toBeCloseTo(0.656, 3);
    expect(100 * (evaluation?.naive.horizons[9]?.mape ?? 0)).toBeCloseTo(2.15, 3);
    expect(100 * (evaluation?.baseline.horizons[0]?.crps ?? 0)).toBeCloseTo(0.5245, 4);
    expect(100 * (evaluation?.baseline.horizons[4]?.crps ?? 0)).toBeCloseTo(1.115, 3);
    expect(100 * (evaluation?.baseline.horizons[9]?.crps ?? 0)).toBeCloseTo(1.6245, 3);
    expect(evaluation?.baseline.horizons[9]?.coverage90).toBeCloseTo(0.864, 3);
  });
});
