import {
  HEAD_OUTPUTS,
  levelOutputs,
  studentTLoss,
  studentTOf,
  studentTQuantiles,
} from '../../../src/lstm/heads/student-t';
import { RandomSource } from '../../../src/random';

describe('the Student t head', () => {
  it('starts at the measured volatility with about six degrees of freedom', () => {
    const start = studentTOf(new Float32Array(HEAD_OUTPUTS), 0, 3);
    expect(start.location).toBe(0);
    expect(start.scale).toBeCloseTo(1, 12);
    expect(start.degreesOfFreedom).toBeCloseTo(6.018, 3);
  });

  it('starts, where the targets have another level, at the scale of each horizon', () => {
    const random = new RandomSource(8);
    const targets = Float32Array.from({ length: 40_000 }, (_, index) =>
      index % 10 === 2 ? NaN : (1 + (index % 10)) * random.normal(),
    );
    const outputs = levelOutputs(targets);
    // The median of |x| is 0.6745 of a standard normal variable, and 0.7173 of a Student t one with 6.018 degrees of freedom.
    expect(studentTOf(outputs, 0, 1).scale).toBeCloseTo(0.6745 / 0.7173, 1);
    expect(studentTOf(outputs, 0, 10).scale / 10).toBeCloseTo(0.6745 / 0.7173, 1);
    expect(studentTOf(outputs, 0, 3).scale).toBeCloseTo(1, 6);
  });

  it('keeps scale and degrees of freedom valid, whatever the outputs', () => {
    for (const raw of [-80, 0, 80]) {
      const { scale, degreesOfFreedom } = studentTOf(new Float64Array(HEAD_OUTPUTS).fill(raw), 0, 1);
      expect(scale).toBeGreaterThan(0);
      expect(degreesOfFreedom).toBeGreaterThanOrEqual(2);
      expect(Number.isFinite(scale + degreesOfFreedom)).toBe(true);
    }
  });

  it('gives ascending quantiles about its location', () => {
    const quantiles = studentTQuantiles({ location: 0.3, scale: 2, degreesOfFreedom: 3 });
    expect(quantiles[19]).toBe(0.3);
    expect(quantiles[0]).toBeCloseTo(0.3 - 2 * 3.1824463052837086, 9);
    expect(Array.from(quantiles)).toEqual(Array.from(quantiles).toSorted((a, b) => a - b));
  });

  it('scores a target by the reference density', () => {
    // The raw outputs of location 0.2, scale 0.8 and 6 degrees of freedom; −stats.t.logpdf(1.3, 6, 0.2, 0.8) by SciPy 1.17.
    const outputs = new Float64Array(HEAD_OUTPUTS);
    outputs[0] = 2;
    outputs[10] = Math.log(Math.expm1(0.8)) - Math.log(Math.E - 1);
    outputs[20] = Math.log(Math.expm1(4)) - 4;
    const targets = new Float32Array(10).fill(NaN);
    targets[0] = 1.3;
    const { loss, count } = studentTLoss(outputs, targets);
    expect(loss).toBeCloseTo(1.6959802728441045, 6);
    expect(count).toBe(1);
  });

  it('has the gradient that finite differences give', () => {
    const random = new RandomSource(2);
    const outputs = Float64Array.from({ length: 2 * HEAD_OUTPUTS }, () => 2 * random.normal());
    const targets = Float32Array.from({ length: 20 }, () => 3 * random.normal());
    const { gradient } = studentTLoss(outputs, targets);
    outputs.forEach((output, index) => {
      const at = (value: number): number => studentTLoss(outputs.with(index, value), targets).loss;
      const difference = (at(output + 1e-5) - at(output - 1e-5)) / 2e-5;
      expect(Math.abs((gradient[index] ?? NaN) - difference)).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    });
  });

  it.each([
    [-30, 9.357622968839737e-14],
    [-4, 0.01814992791780974],
    [-3, 0.04858735157374206],
    [0, 0.6931471805599453],
    [40, 40],
  ])('means the softplus of a raw scale that is %d with the unit’s', (raw, scale) => {
    const outputs = new Float64Array(HEAD_OUTPUTS).fill(raw - Math.log(Math.E - 1));
    expect(Math.abs(studentTOf(outputs, 0, 1).scale / scale - 1)).toBeLessThan(1e-13);
  });

  it('learns nothing from a target that is not realised', () => {
    const outputs = new Float32Array(HEAD_OUTPUTS).fill(0.1);
    const targets = new Float32Array(10).fill(NaN);
    targets[4] = 1;
    const { gradient, count } = studentTLoss(outputs, targets);
    expect(count).toBe(1);
    expect(Array.from(gradient.keys()).filter((index) => gradient[index] !== 0)).toEqual([4, 14, 24]);
  });
});
