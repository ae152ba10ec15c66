import { type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { buildNetwork, setNetworkWeights } from '../../src/lstm/layers/layers-network';
import { initialWeights, type NetworkShape, type NetworkWeights } from '../../src/lstm/network';
import { usePlainBackend } from '../../src/lstm/layers/plain-backend';
import { RandomSource } from '../../src/random';

const SHAPE: NetworkShape = { features: 3, units: 8, lookback: 5, dropout: 0.2, head: 'student-t' };

describe('the network', () => {
  beforeAll(usePlainBackend);

  it('gives a whole distribution for ten horizons at every step, from the steps so far alone', () => {
    tidy(() => {
      const network = buildNetwork(SHAPE);
      const weights = initialWeights(SHAPE, new Float32Array(30), new RandomSource(1)).map((weight) =>
        weight.map((value) => value + 0.01),
      ) as unknown as NetworkWeights;
      setNetworkWeights(network, weights);
      const steps = Array.from({ length: 15 }, (_, index) => Math.sin(index));
      const run = (values: number[]): Float32Array =>
        Float32Array.from((network.predict(tensor3d(values, [1, 5, 3])) as Tensor).dataSync());
      const outputs = run(steps);
      const poisoned = run(steps.map((value, index) => (index < 9 ? value : 9)));
      expect(network.outputShape).toEqual([null, 5, 30]);
      expect(poisoned.subarray(0, 90)).toEqual(outputs.subarray(0, 90));
      expect(poisoned.subarray(90, 120)).not.toEqual(outputs.subarray(90, 120));
      network.dispose();
    });
  });

  it('is described with the activations and initial values of Keras', () => {
    const network = buildNetwork(SHAPE);
    expect(network.layers[0]?.getConfig()).toMatchObject({
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      unitForgetBias: true,
      kernelInitializer: { className: 'VarianceScaling', config: { mode: 'fanAvg', distribution: 'uniform' } },
      recurrentInitializer: { className: 'Orthogonal' },
    });
    network.dispose();
  });

  it('starts with orthonormal recurrence, open forget gates and a head near zero', () => {
    const [kernel, recurrence, bias, head] = initialWeights(SHAPE, new Float32Array(30), new RandomSource(1));
    const row = (index: number): Float32Array =>
      (recurrence ?? new Float32Array()).subarray(index * 32, (index + 1) * 32);
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
    expect(dot(row(2), row(2))).toBeCloseTo(1, 6);
    expect(dot(row(2), row(7))).toBeCloseTo(0, 6);
    expect(Array.from(bias ?? [])).toEqual(
      Array.from({ length: 32 }, (_, index) => (index >= 8 && index < 16 ? 1 : 0)),
    );
    expect(Math.max(...(kernel ?? []).map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 35));
    expect(Math.max(...(head ?? []).map(Math.abs))).toBeLessThan(0.05);
  });
});
