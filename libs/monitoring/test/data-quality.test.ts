import { closingBellFeatures, computeFeatures } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';
import { dataQuality } from '../src';
import { sampleBars } from './fixtures/sample-bars';

describe('dataQuality', () => {
  let bars: readonly Bar[];
  let last: Bar;
  const failed = (...given: Parameters<typeof dataQuality>) =>
    dataQuality(...given)
      .filter(({ passed }) => !passed)
      .map(({ check, detail }) => `${check}: ${detail}`);

  beforeAll(async () => {
    bars = (await sampleBars('2019-11-27')).slice(-600);
    last = bars.at(-1) as Bar;
  });

  it('finds nothing in the index and its features, on a half day either', async () => {
    const table = computeFeatures(bars, closingBellFeatures);
    expect(failed(bars, { table, expected: closingBellFeatures })).toEqual([]);
    expect(dataQuality(bars).map(({ check }) => check)).toEqual([
      'missing-values',
      'unfinished-last-bar',
      'stale-rows',
    ]);
    expect(failed((await sampleBars('2019-11-29')).slice(-600))).toEqual([]);
  });

  it('finds a missing price, but takes an unknown volume', () => {
    expect(failed([...bars.slice(0, -1), { ...last, high: NaN }])).toEqual([
      'missing-values: 1 of 600 bars lack a price, 0 a volume; 0 values of features are missing after their warm-up.',
    ]);
    expect(failed(bars.map((bar) => ({ ...bar, volume: NaN })))).toEqual([]);
    expect(failed([])).toHaveLength(1);
  });

  it('finds a last bar that was written while the session went on', () => {
    expect(failed([...bars.slice(0, -1), { ...last, volume: last.volume / 4 }])).toEqual([
      expect.stringMatching(/^unfinished-last-bar: The last volume is 0\.\d\d of the usual; the least/),
    ]);
  });

  it('finds a source that repeats its last row three times, not twice', () => {
    const repeated = (times: number) => [...bars, ...Array.from({ length: times }, () => last)];
    expect(failed(repeated(2))).toEqual([]);
    expect(failed(repeated(3))).toEqual(['stale-rows: The last 3 of 603 rows repeat the row before.']);
  });

  it('finds features of another set, of another session, or with gaps', () => {
    const table = computeFeatures(bars, closingBellFeatures);
    const [first = '', second = ''] = Object.keys(table.columns);
    const { [first]: _dropped, ...others } = table.columns;
    const expected = closingBellFeatures;
    expect(
      failed(bars, { table: { ...table, columns: { ...others, novelty: new Float64Array(1) } }, expected }),
    ).toEqual([`feature-set: missing: ${first}; not in the set: novelty; not one value a session: novelty.`]);
    expect(failed(bars.slice(0, -1), { table, expected })).toEqual([
      'feature-set: the last row is of 2019-11-27, the last bar of 2019-11-26.',
    ]);
    const gaps = { ...table.columns, [second]: new Float64Array(bars.length).fill(NaN) };
    expect(failed(bars, { table: { ...table, columns: gaps }, expected })[0]).toMatch(/^missing-values/);
  });
});
