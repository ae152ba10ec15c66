import { tensor1d, tidy } from '@tensorflow/tfjs-core';
import { clipGradients } from '../../src/lstm/clip-gradients';
import { useServingBackend } from '../../src/lstm/serving-backend';

describe('gradient clipping', () => {
  beforeAll(useServingBackend);

  const clipped = (limit: number): number[] =>
    tidy(() =>
      clipGradients({ a: tensor1d([3, 0]), b: tensor1d([0, -4]) }, limit).flatMap(({ tensor }) =>
        Array.from(tensor.dataSync()),
      ),
    );

  it('scales all weights alike, so that their norm together is the limit', () => {
    const [a = NaN, , , b = NaN] = clipped(1);
    expect(a).toBeCloseTo(0.6, 6);
    expect(b).toBeCloseTo(-0.8, 6);
  });

  it('leaves gradients within the limit as they are', () => {
    expect(clipped(6)).toEqual([3, 0, 0, -4]);
  });
});
