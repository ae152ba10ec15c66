import fc from 'fast-check';
import { cleaned, type Column, inferColumnType, type Sample } from '../../src/evidently/column';
import { sturgesEdges, histogram, joined } from '../../src/evidently/binning';
import { defaultTest, type DriftTestName, driftTests } from '../../src/evidently/drift-test';
import { kolmogorovSmirnovTest } from '../../src/evidently/kolmogorov-smirnov-test';
// Computed by Evidently at commit a4aa4c2b with NumPy 2.4.6, SciPy 1.17.1 and pandas 2.3.3.
import golden from '../fixtures/evidently.golden.json';

interface GoldenCase {
  readonly name: string;
  readonly type: 'num' | 'cat';
  readonly dtype: string;
  readonly reference: (number | string)[];
  readonly current: (number | string)[];
  readonly scores: Partial<Record<DriftTestName, number>>;
  readonly sturges_edges?: number[];
  readonly ref_hist?: number[];
  readonly cur_hist?: number[];
}

const cases = golden.cases as GoldenCase[];
const columnOf = (dtype: string, values: (number | string)[]): Column =>
  dtype === 'float64' ? Float64Array.from(values as number[]) : values;
const samplesOf = ({ type, dtype, reference, current }: GoldenCase): [Sample, Sample] => [
  cleaned(columnOf(dtype, reference), type),
  cleaned(columnOf(dtype, current), type),
];

describe.each(cases)('of Evidently’s own numbers, $name', (golden) => {
  const [reference, current] = samplesOf(golden);

  it('has the column’s type', () => {
    expect(inferColumnType(columnOf(golden.dtype, golden.reference))).toBe(golden.type);
  });

  it.each(Object.entries(golden.scores) as [DriftTestName, number][])(
    'has the score of %s to 1e-9',
    (test, expected) => {
      expect(Math.abs(driftTests[test].score(reference, current) - expected)).toBeLessThan(1e-9);
    },
  );

  if (golden.sturges_edges && reference.type === 'num' && current.type === 'num') {
    it('has the bins to the bit', () => {
      const edges = sturgesEdges(joined(reference.values, current.values), golden.dtype === 'int64');
      expect(edges).toEqual(golden.sturges_edges);
      expect(histogram(reference.values, edges)).toEqual(golden.ref_hist);
      expect(histogram(current.values, edges)).toEqual(golden.cur_hist);
    });
  }
});

describe('a drift test', () => {
  const names = Object.keys(driftTests) as DriftTestName[];
  const ofNumbers: DriftTestName[] = ['ks', 'wasserstein', 'jensenshannon', 'psi', 'kl_div', 'hellinger'];
  const ofCategories: DriftTestName[] = ['chisquare', 'z', 'jensenshannon', 'psi', 'kl_div', 'hellinger'];
  const pValues = new Set<DriftTestName>(['ks', 'chisquare', 'z']);
  const num = (values: readonly number[]) => cleaned(Float64Array.from(values), 'num');
  const cat = (values: readonly string[]) => cleaned(values, 'cat');
  const number = fc.double({ min: -100, max: 100, noNaN: true });
  const numbers = fc.array(number, { minLength: 1, maxLength: 60 });
  const categories = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 });

  it.each(names)('%s finds no drift in a sample beside itself', (name) => {
    const nothing = pValues.has(name) ? 1 : 0;
    const check = (sample: Sample) => expect(driftTests[name].score(sample, sample)).toBeCloseTo(nothing, 7);
    if (ofNumbers.includes(name)) fc.assert(fc.property(numbers, (values) => void check(num(values))));
    if (ofCategories.includes(name)) fc.assert(fc.property(categories, (values) => void check(cat(values))));
  });

  it.each(ofNumbers)('%s does not look at the order of numbers', (name) => {
    const { score } = driftTests[name];
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(score(num(a.toReversed()), num(b.toSorted()))).toBeCloseTo(score(num(a), num(b)), 9);
      }),
    );
  });

  it.each(['ks', 'jensenshannon', 'hellinger', 'psi'] as const)('%s is the same either way round', (name) => {
    const { score } = driftTests[name];
    // Below 21 distinct numbers in either sample, so that both ways count value by value.
    const few = fc.array(number, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(score(num(a), num(b))).toBeCloseTo(score(num(b), num(a)), 9);
      }),
    );
  });

  it('keeps its score within its range, whatever the numbers', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        for (const name of ofNumbers) {
          const score = driftTests[name].score(num(a), num(b));
          expect(score).toBeGreaterThanOrEqual(-1e-12);
          if (name === 'ks' || name === 'hellinger') expect(score).toBeLessThanOrEqual(1);
          if (name === 'jensenshannon') expect(score).toBeLessThanOrEqual(Math.sqrt(Math.LN2) + 1e-12);
        }
      }),
    );
  });

  it('drops NaN, infinities and nothing else', () => {
    const missing = fc.constantFrom(NaN, Infinity, -Infinity);
    fc.assert(
      fc.property(numbers, fc.array(missing, { maxLength: 5 }), (values, dropped) => {
        expect(num([...dropped, ...values]).values).toEqual(num(values).values);
      }),
    );
    expect(cleaned(['a', null, 'b'], 'cat').values).toEqual(['a', 'b']);
  });

  it('counts a score at its threshold as Evidently does: K-S and the distances do, the other p-values do not', () => {
    const atThreshold = names.filter((name) => driftTests[name].drifted(0.05, 0.05));
    expect(atThreshold).toEqual(['ks', 'wasserstein', 'jensenshannon', 'psi', 'kl_div', 'hellinger']);
    expect(driftTests.ks.drifted(0.051, 0.05)).toBe(false);
    expect(driftTests.psi.drifted(0.09, 0.1)).toBe(false);
  });

  it('of numbers says so where it is given categories', () => {
    expect(() => driftTests.ks.score(cat(['a']), cat(['b']))).toThrow('the column is categorical');
  });

  it.each([
    ['num', 1000, 6, 'ks'],
    ['num', 1000, 5, 'chisquare'],
    ['num', 1000, 2, 'z'],
    ['num', 1001, 6, 'wasserstein'],
    ['num', 1001, 5, 'jensenshannon'],
    ['cat', 1000, 6, 'chisquare'],
    ['cat', 1000, 2, 'z'],
    ['cat', 1001, 2, 'jensenshannon'],
  ] as const)('of a column of %s, %i rows and %i distinct values is %s', (type, rows, distinct, test) => {
    const sample = cleaned(
      Float64Array.from({ length: rows }, (_, row) => row % distinct),
      type,
    );
    expect(defaultTest(sample, sample)).toBe(test);
  });
});

describe('the type of a column', () => {
  it('is what pandas and Evidently make of its values', () => {
    const column = (length: number, value: (row: number) => number | string) =>
      Array.from({ length }, (_, row) => value(row));
    expect(inferColumnType([1, 2, 3])).toBe('cat');
    expect(inferColumnType(column(11, (row) => row))).toBe('num');
    // A missing value makes floats of integers.
    expect(inferColumnType([1, 2, NaN])).toBe('num');
    expect(inferColumnType(new Float64Array([1, 2]))).toBe('num');
    expect(inferColumnType(new Int32Array([1, 2]))).toBe('cat');
    expect(inferColumnType([true, false])).toBe('cat');
    expect(inferColumnType(column(10, (row) => `word ${row % 5}`))).toBe('cat');
    expect(inferColumnType(column(10, (row) => `word ${row % 6}`))).toBe('text');
    expect(inferColumnType([new Date(0)])).toBe('datetime');
  });
});

describe('kolmogorovSmirnovTest', () => {
  const ramp = (length: number, scale: number) => Float64Array.from({ length }, (_, index) => (scale * index) / length);

  it('leaves the exact distribution for Kolmogorov’s beyond 10,000 values, as SciPy does', () => {
    // scipy.stats.ks_2samp(numpy.arange(n)/n, 1.1*numpy.arange(m)/m).pvalue
    expect(kolmogorovSmirnovTest(ramp(10_001, 1), ramp(50, 1.1))).toBeCloseTo(0.7792557449430922, 9);
    expect(kolmogorovSmirnovTest(ramp(12_000, 1), ramp(9_000, 1.02))).toBeCloseTo(0.03693713726737846, 9);
    expect(kolmogorovSmirnovTest(ramp(504, 1), ramp(60, 1.2))).toBeCloseTo(0.09021122311721623, 9);
  });
});
