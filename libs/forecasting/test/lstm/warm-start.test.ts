import { rescaledWeights } from '../../src/lstm/warm-start';
import { openLayersEngine } from '../../src/lstm/layers/layers-engine';
import { type NetworkShape } from '../../src/lstm/network';
import { RandomSource } from '../../src/random';
import { noiseHistory } from '../fixtures/histories';
import { trainSmall } from '../fixtures/small-lstm';
import { weightsOf } from './fixtures/describe-engine';

describe('starting at the weights of another model', () => {
  it('brings the weights to another scaling of the features, so that the network says the same', async () => {
    const shape: NetworkShape = { features: 2, units: 5, lookback: 3, dropout: 0, head: 'mean' };
    const from = [
      { name: 'a', mean: 0.4, deviation: 2 },
      { name: 'b', mean: -1, deviation: 0.5 },
    ];
    const to = [
      { name: 'a', mean: -0.7, deviation: 1.5 },
      { name: 'b', mean: 0.2, deviation: 0.8 },
    ];
    const random = new RandomSource(1);
    const raw = Float32Array.from({ length: 3 * 4 * 2 }, () => random.normal());
    const scaled = (scaling: typeof from): Float32Array =>
      raw.map((value, index) => {
        const { mean, deviation } = scaling[index % 2] ?? { mean: NaN, deviation: NaN };
        return (value - mean) / deviation;
      });
    const engine = await openLayersEngine();
    const weights = weightsOf(shape);
    const before = engine.forecaster(shape, weights).outputs(scaled(from), 4);
    const after = engine.forecaster(shape, rescaledWeights(weights, from, to)).outputs(scaled(to), 4);
    after.forEach((value, index) => expect(value).toBeCloseTo(before[index] ?? NaN, 5));
    expect(engine.forecaster(shape, weights).outputs(scaled(to), 4)).not.toEqual(before);
  });

  it('goes on from the older model, and says so', async () => {
    const history = noiseHistory(700, 2);
    const about = { histories: [history], featureNames: ['a', 'b'] };
    const older = await trainSmall({ ...about, options: { epochs: 3 } });
    const warm = await trainSmall({ ...about, warmStart: older, options: { epochs: 0 } });
    expect(warm.weights).toEqual(older.weights);
    expect(warm.preprocessing.training).toMatchObject({
      start: { trainedUntil: older.preprocessing.training.to },
      validationLoss: older.preprocessing.training.validationLoss,
    });
    expect(older.preprocessing.training.start).toBe('seed');
  });

  it.each([
    ['another width', { options: { epochs: 0, units: 9 } }],
    ['other features', { featureNames: ['b', 'a'] }],
    ['another head', { options: { epochs: 0, head: 'quantiles' as const } }],
  ])('starts anew with %s', async (_, change) => {
    const history = noiseHistory(700, 2);
    const about = { histories: [history], featureNames: ['a', 'b'], options: { epochs: 0 } };
    const older = await trainSmall(about);
    const other = await trainSmall({ ...about, ...change, warmStart: older });
    expect(other.preprocessing.training.start).toBe('seed');
  });
});
