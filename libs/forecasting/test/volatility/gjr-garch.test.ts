import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { historyUntil } from '../../src/history';
import { RandomSource } from '../../src/random';
import { fitGjrGarch, gjrLogLikelihood, type GjrParameters, gjrScale } from '../../src/volatility/gjr-garch';
import { closesOf, historyOf, noiseHistory } from '../fixtures/histories';
import { thrownBy } from '../fixtures/thrown';

const INDEX_FILE = resolve(__dirname, '../../../../../shared/data/idx_gspc_2000_2022.csv.gz');

const TRUE = { mean: 0.0005, omega: 2e-6, arch: 0.03, leverage: 0.12, garch: 0.88, degreesOfFreedom: 6 };

/** Returns of a GJR-GARCH process with Student t innovations, from its long-run variance on. */
function simulated(count: number, seed: number): Float64Array {
  const { mean, omega, arch, leverage, garch, degreesOfFreedom } = TRUE;
  const random = new RandomSource(seed);
  let variance = omega / (1 - arch - leverage / 2 - garch);
  return Float64Array.from({ length: count }, () => {
    const normal = random.normal();
    let square = 0;
    for (let index = 0; index < degreesOfFreedom; index++) square += random.normal() ** 2;
    const shock = Math.sqrt(variance) * normal * Math.sqrt((degreesOfFreedom - 2) / square);
    variance = omega + (shock < 0 ? arch + leverage : arch) * shock * shock + garch * variance;
    return mean + shock;
  });
}

const persistenceOf = ({ arch, leverage, garch }: GjrParameters): number => arch + leverage / 2 + garch;

describe('fitting GJR-GARCH', () => {
  const PARAMETERS: GjrParameters = { mean: 0.05, arch: 0.03, leverage: 0.12, garch: 0.88, degreesOfFreedom: 6 };

  // The density and the recursion written out with NumPy and scipy.stats.t (SciPy 1.17) on the same returns.
  it('has the likelihood that SciPy has', () => {
    const returns = simulated(3000, 13);
    expect(returns.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(0.22786829069077635, 14);
    expect(gjrLogLikelihood(PARAMETERS, returns)).toBeCloseTo(10487.071796842241, 7);
  });

  // arch_model(100 · returns, mean='Constant', p=1, o=1, q=1, dist='t').fit() of the Python package arch 8.0.0, whose level is one
  // free constant; mean ÷ root of the mean square.
  it('agrees with the package arch on a simulated series', () => {
    const fitted = fitGjrGarch([simulated(3000, 13)]);
    expect(Math.abs(fitted.mean - 0.0683)).toBeLessThan(0.002);
    expect(Math.abs(fitted.arch - 0.0237)).toBeLessThan(0.01);
    expect(Math.abs(fitted.leverage - 0.1504)).toBeLessThan(0.01);
    expect(Math.abs(fitted.garch - 0.8681)).toBeLessThan(0.005);
    expect(Math.abs(fitted.degreesOfFreedom - 4.967)).toBeLessThan(0.1);
  });

  it('recovers the parameters that many series of different units share', () => {
    const series = Array.from({ length: 10 }, (_, index) =>
      simulated(3000, 21 + index).map((value) => value * 3 ** (index - 5)),
    );
    const fitted = fitGjrGarch(series);
    expect(Math.abs(fitted.mean - TRUE.mean / Math.sqrt(6.7e-5))).toBeLessThan(0.01);
    expect(Math.abs(fitted.arch - TRUE.arch)).toBeLessThan(0.015);
    expect(Math.abs(fitted.leverage - TRUE.leverage)).toBeLessThan(0.015);
    expect(Math.abs(fitted.garch - TRUE.garch)).toBeLessThan(0.015);
    expect(Math.abs(fitted.degreesOfFreedom - TRUE.degreesOfFreedom)).toBeLessThan(0.4);
  });

  it('is at a maximum: no parameter can be moved for the better', () => {
    const returns = simulated(3000, 13);
    const fitted = fitGjrGarch([returns]);
    const best = gjrLogLikelihood(fitted, returns);
    for (const name of Object.keys(fitted) as (keyof GjrParameters)[]) {
      for (const factor of [0.98, 0.998, 1.002, 1.02]) {
        expect(gjrLogLikelihood({ ...fitted, [name]: factor * fitted[name] }, returns)).toBeLessThan(best);
      }
    }
  });

  it('finds that rises raise the variance where they do', () => {
    const returns = simulated(3000, 13);
    const fitted = fitGjrGarch([returns]);
    const mirrored = fitGjrGarch([returns.map((value) => -value)]);
    expect(mirrored.leverage).toBeCloseTo(-fitted.leverage, 3);
    expect(mirrored.arch).toBeCloseTo(fitted.arch + fitted.leverage, 3);
    expect(mirrored.mean).toBeCloseTo(-fitted.mean, 3);
  });

  it('stays stationary on returns whose variance only grows', () => {
    const random = new RandomSource(3);
    const fitted = fitGjrGarch([
      Float64Array.from({ length: 1500 }, (_, index) => 1e-4 * 1.004 ** index * random.normal()),
    ]);
    expect(persistenceOf(fitted)).toBeLessThan(1);
    expect(persistenceOf(fitted)).toBeGreaterThan(0.9);
    expect(Math.min(fitted.arch, fitted.arch + fitted.leverage, fitted.garch)).toBeGreaterThanOrEqual(0);
  });

  it('refuses too little, however many histories it is of', () => {
    const short = Array.from({ length: 30 }, (_, index) => simulated(28, index));
    expect(thrownBy(() => fitGjrGarch(short))).toMatchObject({
      reason: 'history-too-short',
      needed: 250,
      available: 240,
    });
    expect(thrownBy(() => fitGjrGarch([]))).toMatchObject({ reason: 'history-too-short', available: 0 });
  });
});

if (!existsSync(INDEX_FILE)) console.warn(`Skipped: the S&P 500 index is not at ${INDEX_FILE}.`);

(existsSync(INDEX_FILE) ? describe : describe.skip)('GJR-GARCH on the S&P 500 index 2000–2015', () => {
  const closes = (): number[] =>
    gunzipSync(readFileSync(INDEX_FILE))
      .toString()
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .filter(([, session = '']) => session <= '2015-12-31')
      .map((cells) => Number(cells[5]));

  // The package arch as above; its likelihood without that of the first twenty returns.
  it('is as likely as with the one free level of the package arch, under like parameters', () => {
    const prices = closes();
    const returns = Float64Array.from(prices.slice(1), (close, index) => Math.log(close / (prices[index] ?? NaN)));
    const fitted = fitGjrGarch([returns]);
    expect(returns).toHaveLength(4024);
    expect(gjrLogLikelihood(fitted, returns)).toBeGreaterThan(12863.767);
    expect(fitted.arch).toBeLessThan(1e-4);
    expect(Math.abs(fitted.leverage - 0.1744)).toBeLessThan(0.025);
    expect(Math.abs(fitted.garch - 0.8989)).toBeLessThan(0.01);
    expect(Math.abs(persistenceOf(fitted) - 0.9861)).toBeLessThan(0.003);
    expect(Math.abs(fitted.degreesOfFreedom - 9.615)).toBeLessThan(0.6);
  });
});

describe('the scale of GJR-GARCH', () => {
  const PARAMETERS: GjrParameters = { mean: 0.05, arch: 0.03, leverage: 0.12, garch: 0.88, degreesOfFreedom: 6 };
  const model = gjrScale(PARAMETERS);
  const history = historyOf(closesOf(Array.from(simulated(3000, 13))));

  // NumPy, the expected variances of the ten sessions one by one.
  it('is the root of the sum of the variances that NumPy expects', () => {
    const scales = model.scales(history, 3000, 1);
    expect(scales[0]).toBeCloseTo(0.00941801, 7);
    expect(scales[4]).toBeCloseTo(0.02094231, 7);
    expect(scales[9]).toBeCloseTo(0.0294267, 7);
  });

  it('is that of the returns: theirs divided by it have deviation 1', () => {
    const { bars } = history;
    const scales = model.scales(history, 0, 3001);
    for (const horizon of [1, 10]) {
      let squares = 0;
      for (let row = 100; row + horizon <= 3000; row++) {
        const logReturn = Math.log((bars[row + horizon]?.close ?? NaN) / (bars[row]?.close ?? NaN));
        squares += (logReturn / (scales[row * 10 + horizon - 1] ?? NaN)) ** 2;
      }
      expect(Math.abs(Math.sqrt(squares / (2901 - horizon)) - 1)).toBeLessThan(0.05);
    }
  });

  it('widens more after a fall than after a rise', () => {
    const calm = Array.from(simulated(500, 13));
    const scaleAfter = (logReturn: number): number =>
      model.scales(historyOf(closesOf([...calm, logReturn])), 501, 1)[0] ?? NaN;
    expect(scaleAfter(-0.04)).toBeGreaterThan(1.2 * scaleAfter(0.04));
  });

  it('is the same to the bit when everything after the row is cut off or is something else', () => {
    const all = model.scales(history, 0, 3001);
    const poisoned = {
      ...history,
      bars: history.bars.map((bar, row) => (row > 700 ? { ...bar, close: 1 + row } : bar)),
    };
    for (const row of [19, 20, 21, 300, 700]) {
      const expected = all.slice(row * 10, row * 10 + 10);
      expect(model.scales(historyUntil(history, row), row, 1)).toEqual(expected);
      expect(model.scales(poisoned, row, 1)).toEqual(expected);
    }
    expect(model.scales(poisoned, 701, 1)).not.toEqual(all.slice(7010, 7020));
  });

  it('is said from twenty returns on, and not of a price that has never moved', () => {
    const first = model.scales(noiseHistory(30, 1), 0, 30).findIndex((scale) => !Number.isNaN(scale));
    expect(first).toBe(20 * 10);
    const still = model.scales(historyOf(new Array<number>(40).fill(100)), 0, 40);
    expect(still.every(Number.isNaN)).toBe(true);
  });

  it('is the same after its parameters were in a file', () => {
    const read = JSON.parse(JSON.stringify(PARAMETERS)) as GjrParameters;
    expect(gjrScale(read).scales(history, 2990, 11)).toEqual(model.scales(history, 2990, 11));
  });
});
