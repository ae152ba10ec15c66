import { type HeadName, lossBeforeActivation } from '../../../src/lstm/heads/head';
import { headOf } from '../../../src/lstm/heads/head-of';
import { QUANTILE_LEVELS } from '../../../src/horizons';
import { RandomSource } from '../../../src/random';

const STEPS = 3;

describe.each<HeadName>(['student-t', 'quantiles', 'mean', 'price'])('the %s head', (name) => {
  const head = headOf(name);
  const random = new RandomSource(3);
  const outputs = Float32Array.from({ length: STEPS * head.outputs }, () => random.normal());
  const targets = Float32Array.from({ length: STEPS * head.targets }, () => random.normal());
  targets[0] = NaN;

  it('has the gradient that finite differences give, through its activation', () => {
    const { gradient, count } = lossBeforeActivation(head, Float32Array.from(outputs), targets);
    expect(count).toBe(targets.length - 1);
    for (let index = 0; index < outputs.length; index += 7) {
      const at = (move: number): number =>
        lossBeforeActivation(head, outputs.with(index, (outputs[index] ?? NaN) + move), targets).loss;
      const difference = (at(1e-3) - at(-1e-3)) / 2e-3;
      expect(Math.abs((gradient[index] ?? NaN) - difference)).toBeLessThan(2e-3 * (1 + Math.abs(difference)));
    }
  });

  it('has no loss and no gradient where there is no target', () => {
    const nothing = new Float32Array(targets.length).fill(NaN);
    const { loss, count, gradient } = lossBeforeActivation(head, Float32Array.from(outputs), nothing);
    expect([loss, count]).toEqual([0, 0]);
    expect(gradient.every((value) => value === 0)).toBe(true);
    expect(head.initialOutputs(nothing)).toHaveLength(head.outputs);
    expect(head.initialOutputs(nothing).every(Number.isFinite)).toBe(true);
  });
});

describe('heads', () => {
  it('rectify the price', () => {
    const outputs = Float32Array.of(-1, 2);
    const { loss, gradient } = lossBeforeActivation(headOf('price'), outputs, Float32Array.of(0.5, 0.5));
    expect(Array.from(outputs)).toEqual([0, 2]);
    expect(loss).toBe(0.25 + 2.25);
    expect(Array.from(gradient)).toEqual([0, 3]);
  });

  it('start the quantiles at those of the targets', () => {
    const targets = Float32Array.from({ length: 4000 * 10 }, (_, index) =>
      index % 10 === 3 ? Math.floor(index / 10) / 4000 : NaN,
    );
    const start = headOf('quantiles')
      .initialOutputs(targets)
      .subarray(3 * 39, 4 * 39);
    QUANTILE_LEVELS.forEach((level, index) => expect(start[index]).toBeCloseTo(level, 2));
  });

  it('give the pinball loss: what is paid for a target above a quantile is its level', () => {
    const outputs = new Float32Array(390);
    const targets = new Float32Array(10).fill(NaN);
    targets[0] = 1;
    const mean = QUANTILE_LEVELS.reduce((sum, level) => sum + level, 0) / 39;
    expect(headOf('quantiles').loss(outputs, targets).loss).toBeCloseTo(mean, 9);
  });
});
