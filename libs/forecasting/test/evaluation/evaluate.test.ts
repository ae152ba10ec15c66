import { evaluate } from '../../src/evaluation/evaluate';
import { type Forecaster } from '../../src/forecaster';
import { QUANTILE_LEVELS } from '../../src/horizons';
import { studentTQuantile } from '../../src/statistics/student-t';
import { sampleBars } from '../fixtures/sample';
import { historyOf, noiseHistory, session } from '../fixtures/histories';

const origins = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

/** Knows the true distribution of one-session returns: Student t of deviation 0.01 and five degrees of freedom. */
const trueQuantiles = origins(1, 10).map((horizon) =>
  Float64Array.from(
    QUANTILE_LEVELS,
    (level) => (0.01 * Math.sqrt(horizon) * studentTQuantile(level, 5)) / Math.sqrt(5 / 3),
  ),
);
const oracle: Forecaster = { name: 'oracle', forecast: () => ({ outcome: 'forecast', quantiles: trueQuantiles }) };

describe('the rolling-origin evaluation', () => {
  it('scores persistence by hand-computed errors', async () => {
    // The price is 100 and then rises by 1 a session: persistence errs by h at every horizon.
    const closes = [...Array.from({ length: 270 }, (_, index) => 100 - ((index % 2) * 2 - 1) * 0.5)];
    const rising = Array.from({ length: 11 }, (_, index) => 100 + index);
    const evaluation = await evaluate([], historyOf([...closes, ...rising]), [270]);
    const horizon = evaluation?.naive.horizons[4];
    expect(evaluation?.origins).toEqual([session(270)]);
    expect(horizon?.rmse).toBeCloseTo(5, 10);
    expect(horizon?.mae).toBeCloseTo(5, 10);
    expect(horizon?.crps).toBeCloseTo(Math.log(105 / 100), 10);
    expect(horizon?.rmseToNaive).toBe(1);
  });

  it('finds 90 % coverage and skill over both baselines where the true distribution is known', async () => {
    const history = noiseHistory(1600, 11);
    const evaluation = await evaluate([oracle], history, origins(300, 1280));
    const [scores] = evaluation?.scores ?? [];
    expect(evaluation?.origins).toHaveLength(1280);
    expect(Math.abs((scores?.horizons[0]?.coverage90 ?? 0) - 0.9)).toBeLessThan(0.025);
    expect(scores?.skillOverNaive).toBeGreaterThan(0.2);
    expect(scores?.skillOverBaseline).toBeGreaterThan(0);
    expect(evaluation?.baseline.skillOverBaseline).toBe(0);
  });

  it('shows a forecaster nothing later than the origin', async () => {
    const lengths: number[] = [];
    const watching: Forecaster = {
      name: 'watching',
      forecast: (history) => {
        lengths.push(history.bars.length, history.features.columns['a']?.length ?? 0);
        return oracle.forecast(history);
      },
    };
    await evaluate([watching], noiseHistory(300, 1), [270, 280]);
    expect(lengths).toEqual([271, 271, 281, 281]);
  });

  it('leaves out origins without ten realised outcomes, and those from which one abstains, for all', async () => {
    const history = noiseHistory(300, 1);
    const late: Forecaster = {
      name: 'late',
      forecast: (known) =>
        known.bars.length < 275
          ? { outcome: 'abstained', code: 'too-short', detail: 'too short' }
          : oracle.forecast(known),
    };
    const evaluation = await evaluate([late], history, origins(260, 40));
    expect(evaluation?.origins.at(0)).toBe(session(274));
    expect(evaluation?.origins.at(-1)).toBe(session(289));
    expect(await evaluate([late], history, [262])).toBeUndefined();
  });

  it('stays finite where the price stands still', async () => {
    const evaluation = await evaluate([oracle], historyOf(new Array<number>(300).fill(100)), [280]);
    expect(evaluation?.baseline.skillOverNaive).toBe(0);
    expect(evaluation?.scores[0]?.skillOverBaseline).toBe(-1);
  });

  it('gives the published scores of the baselines on the S&P 500 index', async () => {
    const closes = sampleBars().map((bar) => bar.close);
    const evaluation = await evaluate([], historyOf(closes), origins(4024, 1071));
    expect(evaluation?.naive.horizons[0]?.rmse).toBeCloseTo(30.87, 2);
    expect(evaluation?.naive.horizons[9]?.rmse).toBeCloseTo(92.31, 2);
    expect(100 * (evaluation?.baseline.horizons[0]?.crps ?? 0)).toBeCloseTo(0.5245, 4);
    expect(100 * (evaluation?.baseline.horizons[4]?.crps ?? 0)).toBeCloseTo(1.115, 3);
    expect(100 * (evaluation?.baseline.horizons[9]?.crps ?? 0)).toBeCloseTo(1.6245, 3);
    expect(evaluation?.baseline.horizons[9]?.coverage90).toBeCloseTo(0.864, 3);
  });
});
