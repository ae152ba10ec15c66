import { ewmaVolatility } from '../src';
import { indexBars } from './sample-bars';

const closes = indexBars('2019-01-02', '2019-06-28').map(({ close }) => close);

describe('the EWMA volatility', () => {
  it('is the root of the weighted mean of squared log returns', () => {
    const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? NaN)));
    const volatility = ewmaVolatility(closes);
    expect(volatility).toHaveLength(closes.length);
    expect(volatility[0]).toBeNaN();
    for (let index = 1; index < closes.length; index++) {
      const weights = returns.slice(0, index).map((_, position) => 0.94 ** (index - 1 - position));
      const squares = returns
        .slice(0, index)
        .reduce((sum, value, position) => sum + (weights[position] ?? NaN) * value ** 2, 0);
      const expected = Math.sqrt(squares / weights.reduce((a, b) => a + b));
      expect(volatility[index]).toBeCloseTo(expected, 12);
    }
  });

  it('does not change when later closes do', () => {
    const poisoned = closes.map((close, index) => (index <= 60 ? close : close * (index % 3)));
    expect(ewmaVolatility(poisoned).slice(0, 61)).toEqual(ewmaVolatility(closes).slice(0, 61));
  });

  it('forgets faster with a smaller decay', () => {
    const shock = [100, 100, 100, 80, 80, 80, 80, 80, 80, 80];
    expect(ewmaVolatility(shock, 0.5).at(-1)).toBeLessThan(ewmaVolatility(shock, 0.94).at(-1) ?? NaN);
  });

  it('is 0 while the price has never moved', () => {
    expect([...ewmaVolatility([5, 5, 5])]).toEqual([NaN, 0, 0]);
  });
});
