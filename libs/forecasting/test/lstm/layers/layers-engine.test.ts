import { memory } from '@tensorflow/tfjs-core';
import { openLayersEngine } from '../../../src/lstm/layers/layers-engine';
import { type NetworkShape } from '../../../src/lstm/network';
import { batchOf, describeTraining, weightsOf } from '../fixtures/describe-engine';

describeTraining('layers', openLayersEngine);

describe('the reference', () => {
  const shape: NetworkShape = { features: 3, units: 4, lookback: 4, dropout: 0.2, head: 'student-t' };

  it('has the gradients that finite differences give', async () => {
    const engine = await openLayersEngine();
    const batch = batchOf(shape, 3, 5);
    const weights = weightsOf(shape);
    const trainer = engine.trainer(shape, weights, { learningRate: 1e-3 });
    const gradients = trainer.gradients(batch);
    trainer.dispose();
    const lossAt = (index: number, at: number, value: number): number => {
      const moved = weights.map((weight, which) => (which === index ? weight.with(at, value) : weight));
      const one = engine.trainer(shape, moved as unknown as typeof weights, { learningRate: 1e-3 });
      const { loss, count } = one.loss(batch);
      one.dispose();
      return loss / count;
    };
    gradients.forEach((gradient, index) => {
      for (let at = 0; at < gradient.length; at += 5) {
        const value = weights[index]?.[at] ?? NaN;
        const difference = (lossAt(index, at, value + 0.01) - lossAt(index, at, value - 0.01)) / 0.02;
        expect(Math.abs((gradient[at] ?? NaN) - difference)).toBeLessThan(2e-4);
      }
    });
  });

  it('leaves no tensor behind', async () => {
    const engine = await openLayersEngine();
    const before = memory().numTensors;
    const trainer = engine.trainer(shape, weightsOf(shape), { learningRate: 1e-3, gradientNorm: 1 });
    trainer.step(batchOf(shape, 3, 5));
    const held = memory().numTensors;
    trainer.step(batchOf(shape, 3, 6));
    trainer.loss(batchOf(shape, 3, 6));
    expect(memory().numTensors).toBe(held);
    trainer.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
