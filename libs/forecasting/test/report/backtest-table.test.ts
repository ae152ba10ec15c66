import { backtestTable } from '../../src/report/backtest-table';
import { panelBacktest } from '../fixtures/backtests';

describe('the table of a backtest', () => {
  it('has a row a forecaster for the mean and for h = 1, 5 and 10, each as wide as the headers', async () => {
    const { headers, rows } = backtestTable(await panelBacktest());
    expect(headers).toEqual([
      'h',
      'forecaster',
      'CRPS × 100',
      'skill over rolling-quantile-250',
      'p',
      'skill over naive',
      'p',
      'skill over narrow',
      'p',
      'skill over truth#1',
      'p',
      'RMSE to naive',
      'MAE to naive',
      '50 % covers',
      '80 % covers',
      '90 % covers',
      'Winkler 90 % × 100',
    ]);
    expect(rows).toHaveLength(4 * 6);
    expect(rows.map(([at]) => at)).toEqual(['mean', '1', '5', '10'].flatMap((at) => new Array<string>(6).fill(at)));
    for (const row of rows) expect(row).toHaveLength(headers.length);
  });

  it('shows the numbers of the result, and nothing where a forecaster meets itself', async () => {
    const result = await panelBacktest();
    const { rows } = backtestTable(result);
    const [first] = rows.filter(([at, forecaster]) => at === '1' && forecaster === 'truth#1');
    const scores = result.evaluation.scores[0]?.horizons[0];
    expect(first?.[2]).toBe((100 * (scores?.crps ?? NaN)).toFixed(4));
    expect(first?.slice(9, 11)).toEqual(['', '']);
    expect(first?.[15]).toBe(`${(100 * (scores?.coverage90 ?? NaN)).toFixed(1)} %`);
    expect(rows.flat().join()).not.toMatch(/undefined|NaN/);
  });
});
