import { PermanentError } from '@closing-bell/contracts';
import { logBatches } from '../../src/mlflow/log-batches';

const numbered = (count: number, value = ''): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`name-${index}`, value]));

const points = (count: number, key = 'loss'): { key: string; step: number; value: number; timestamp: number }[] =>
  Array.from({ length: count }, (_, step) => ({ key, step, value: step / 7, timestamp: 1.6e12 + step }));

describe('what is logged at once', () => {
  it('is nothing where there is nothing', () => {
    expect(logBatches({})).toEqual([]);
    expect(logBatches({ metrics: [], parameters: {}, tags: {} })).toEqual([]);
  });

  it('is all of it where that is little, metrics by themselves', () => {
    const batches = logBatches({
      parameters: { units: '200' },
      tags: { a: 'b' },
      metrics: [{ key: 'loss', step: 3, value: 0.5, timestamp: 9, modelId: 'm-1' }],
    });
    expect(batches).toEqual([
      { params: [{ key: 'units', value: '200' }], tags: [{ key: 'a', value: 'b' }] },
      { metrics: [{ key: 'loss', step: 3, value: 0.5, timestamp: 9, model_id: 'm-1' }] },
    ]);
  });

  it('is at most 1,000 points, 100 parameters and 100 tags, in their order', () => {
    const batches = logBatches({ metrics: points(2001), parameters: numbered(101), tags: numbered(250) });
    const sizes = batches.map(({ metrics = [], params = [], tags = [] }) => [
      params.length,
      tags.length,
      metrics.length,
    ]);
    expect(sizes).toEqual([
      [100, 0, 0],
      [1, 100, 0],
      [0, 100, 0],
      [0, 50, 0],
      [0, 0, 1000],
      [0, 0, 1000],
      [0, 0, 1],
    ]);
    expect(batches.flatMap(({ metrics = [] }) => metrics)).toEqual(points(2001));
  });

  it('is at most a megabyte, in bytes and not in characters', () => {
    const batches = logBatches({ parameters: numbered(100, 'π'.repeat(6000)), metrics: points(1000, 'λ'.repeat(250)) });
    expect(batches.length).toBeGreaterThan(2);
    for (const batch of batches) {
      const body = JSON.stringify({ run_id: 'a'.repeat(32), ...batch });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_000_000);
    }
    expect(batches.flatMap(({ params = [] }) => params)).toHaveLength(100);
    expect(batches.flatMap(({ metrics = [] }) => metrics)).toHaveLength(1000);
  });

  it('has numbers that JSON cannot hold as text', () => {
    const values = [NaN, Infinity, -Infinity].map((value, step) => ({ key: 'loss', step, value, timestamp: 0 }));
    expect(logBatches({ metrics: values })[0]?.metrics).toMatchObject([
      { value: 'NaN' },
      { value: 'Infinity' },
      { value: '-Infinity' },
    ]);
  });

  it.each([
    ['a parameter’s name', { parameters: { ['k'.repeat(251)]: '' } }],
    ['a parameter’s value', { parameters: { units: 'v'.repeat(6001) } }],
    ['a tag’s name', { tags: { ['k'.repeat(251)]: '' } }],
    ['a tag’s value', { tags: { units: 'v'.repeat(8001) } }],
    ['a metric’s name', { metrics: points(1, 'k'.repeat(251)) }],
  ])('is refused where %s is longer than MLflow keeps', (_, entries) => {
    expect(() => logBatches(entries)).toThrow(PermanentError);
    expect(() => logBatches(entries)).toThrow(/MLflow keeps at most \d+/);
  });
});
