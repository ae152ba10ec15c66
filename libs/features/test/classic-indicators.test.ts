import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classicIndicators, computeFeatures } from '../src';
import { indexBars } from './sample-bars';

interface Golden {
  readonly firstSession: string;
  readonly lastSession: string;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

const golden = JSON.parse(readFileSync(join(__dirname, 'fixtures/indicators.golden.json'), 'utf8')) as Golden;
const bars = indexBars(golden.firstSession, golden.lastSession);
const table = computeFeatures(bars, classicIndicators);

describe('classic indicators', () => {
  it('has a golden column for every indicator', () => {
    expect(Object.keys(golden.columns).sort()).toEqual(classicIndicators.features.map(({ name }) => name).sort());
  });

  it.each(classicIndicators.features.map(({ name }) => name))('%s equals TA-Lib to 1e-6 of its value', (name) => {
    const expected = golden.columns[name] ?? [];
    const column = table.columns[name] ?? [];
    expect(column).toHaveLength(expected.length);
    let compared = 0;
    expected.forEach((value, index) => {
      if (value === null) return;
      compared++;
      expect(Math.abs((column[index] ?? NaN) - value)).toBeLessThanOrEqual(1e-6 * Math.abs(value));
    });
    expect(compared).toBeGreaterThan(300);
  });
});
