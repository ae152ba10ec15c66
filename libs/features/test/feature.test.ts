import {
  classicIndicators,
  closingBellFeatures,
  computeFeatures,
  type Feature,
  featureSetHash,
  scaleFreeFeatures,
  warmUpOf,
} from '../src';
import { indexBars } from './sample-bars';

const changedBy = (change: Partial<Feature>): string => {
  const [first, ...others] = classicIndicators.features;
  if (first === undefined) throw new Error('the set is empty');
  return featureSetHash({ ...classicIndicators, features: [{ ...first, ...change }, ...others] });
};

describe('a feature set', () => {
  it('names every feature once', () => {
    const names = closingBellFeatures.features.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of every feature its formula and its source', () => {
    for (const { formula, source } of closingBellFeatures.features) {
      expect(formula).not.toBe('');
      expect(source).not.toBe('');
    }
  });

  it('needs the longest warm-up of its features', () => {
    expect(warmUpOf(classicIndicators)).toBe(49);
    expect(warmUpOf(scaleFreeFeatures)).toBe(59);
  });

  it.each<[string, Partial<Feature>]>([
    ['name', { name: 'other' }],
    ['formula', { formula: 'other' }],
    ['parameter', { parameters: { period: 21 } }],
    ['source', { source: 'other' }],
    ['warm-up', { warmUp: 20 }],
    ['scale freedom', { scaleFree: true }],
  ])('has another hash when the %s of a feature changes', (_, change) => {
    expect(changedBy(change)).not.toBe(featureSetHash(classicIndicators));
  });

  it('has another hash when its version changes or its features are in another order', () => {
    const hash = featureSetHash(classicIndicators);
    expect(featureSetHash({ ...classicIndicators, version: 2 })).not.toBe(hash);
    expect(featureSetHash({ ...classicIndicators, features: [...classicIndicators.features].reverse() })).not.toBe(
      hash,
    );
  });

  it('has the same hash whatever order parameters are written in', () => {
    expect(changedBy({ parameters: { a: 1, b: 2 } })).toBe(changedBy({ parameters: { b: 2, a: 1 } }));
  });

  // When one of these fails, the values or the definition of a released set changed: raise the version, then renew both.
  it('of version 1 keeps its identity and its values', () => {
    const table = computeFeatures(indexBars('2018-01-02', '2020-04-17'), scaleFreeFeatures);
    const last = scaleFreeFeatures.features.map(({ name }) => Number(table.columns[name]?.at(-1)?.toPrecision(9)));
    expect({ hash: featureSetHash(closingBellFeatures), last }).toMatchSnapshot();
  });
});
