import { refitted } from '../../src/backtest/refitted';
import { type Abstention, type Forecaster, latestForecast } from '../../src/forecaster';
import { historyUntil } from '../../src/history';
import { forecasterOf, studentTForecast } from '../fixtures/forecasters';
import { noiseHistory, session } from '../fixtures/histories';

const history = noiseHistory(100, 1);

/** Forecasters by the number that their answers tell of them, and what each was asked. */
function foldsAt(...rows: readonly number[]) {
  const asked: number[][] = rows.map(() => []);
  const folds = rows.map((row, index) => {
    const answering = forecasterOf(`fold-${index}`, (_, origin) => studentTForecast(index + 1, origin));
    const forecaster: Forecaster = {
      name: answering.name,
      forecasts: (known, origins) => {
        asked[index]?.push(...origins);
        return answering.forecasts(known, origins);
      },
    };
    return { fittedAt: session(row), forecaster };
  });
  return { asked, folds };
}

describe('a forecaster that is fitted again', () => {
  it('answers each origin by the latest fit that is not after it', () => {
    const { asked, folds } = foldsAt(10, 40, 70);
    const answers = refitted('again', folds).forecasts(history, [10, 39, 40, 69, 70, 99]);
    expect(asked).toEqual([
      [10, 39],
      [40, 69],
      [70, 99],
    ]);
    expect(answers).toEqual([
      studentTForecast(1, 10),
      studentTForecast(1, 39),
      studentTForecast(2, 40),
      studentTForecast(2, 69),
      studentTForecast(3, 70),
      studentTForecast(3, 99),
    ]);
  });

  it('asks a fit that answers nothing for nothing', () => {
    const { asked, folds } = foldsAt(10, 40, 70);
    refitted('again', folds).forecasts(history, [12, 80]);
    expect(asked).toEqual([[12], [], [80]]);
  });

  it('abstains before the first fit, and goes by the name given', () => {
    const again = refitted('again', foldsAt(10).folds);
    expect(again.name).toBe('again');
    const [before, after] = again.forecasts(history, [9, 10]);
    expect(before).toMatchObject({ outcome: 'abstained', code: 'too-short' });
    expect(after).toEqual(studentTForecast(1, 10));
    expect(refitted('never', []).forecasts(history, [50])).toMatchObject([{ outcome: 'abstained' }]);
  });

  it('tells of the domain of the fit that answers, and of none before the first', () => {
    const folds = foldsAt(10, 40, 70).folds.map((fold, index) => ({
      ...fold,
      forecaster: {
        ...fold.forecaster,
        // The second knows no domain.
        ...(index === 1 ? {} : { outsideDomain: (_: unknown, origins: readonly number[]) => origins.map(outside) }),
      },
    }));
    const outside = (origin: number): Abstention | undefined =>
      origin % 2 === 0 ? { outcome: 'abstained', code: 'out-of-domain', detail: `at ${origin}` } : undefined;
    const said = refitted('again', folds).outsideDomain?.(history, [8, 10, 11, 40, 70, 72]);
    expect(said?.map((found) => found?.detail)).toEqual([undefined, 'at 10', undefined, undefined, 'at 70', 'at 72']);
  });

  it('says among many origins what it says of a history that ends there', () => {
    const again = refitted('again', foldsAt(10, 40).folds);
    const answers = again.forecasts(history, [10, 39, 40, 41]);
    expect([10, 39, 40, 41].map((row) => latestForecast(again, historyUntil(history, row)))).toEqual(answers);
  });
});
