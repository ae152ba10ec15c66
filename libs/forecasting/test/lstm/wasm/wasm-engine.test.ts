import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Batch, type LstmEngine } from '../../../src/lstm/engine';
import { headOf } from '../../../src/lstm/heads/head-of';
import { openLayersEngine } from '../../../src/lstm/layers/layers-engine';
import { type NetworkShape, type NetworkWeights, weightShapes } from '../../../src/lstm/network';
import { compileKernel } from '../../../src/lstm/wasm/kernel';
import { NetworkMemory } from '../../../src/lstm/wasm/network-memory';
import { openWasmEngine } from '../../../src/lstm/wasm/wasm-engine';
import { batchOf, describeAgreement, describeTraining, weightsOf } from '../fixtures/describe-engine';

const openPlain = (): Promise<LstmEngine> => openWasmEngine({ fusedMultiplyAdd: false });
const openFused = (): Promise<LstmEngine> => openWasmEngine({ fusedMultiplyAdd: true });
const fused = compileKernel({ fused: true }).fused;

const SHAPE: NetworkShape = { features: 5, units: 9, lookback: 4, dropout: 0.2, head: 'mean' };
const ADAM = { learningRate: 1e-3 };

describeAgreement('plain wasm', openPlain);
describeTraining('plain wasm', openPlain);
if (fused) {
  describeAgreement('fused wasm', openFused);
  describeTraining('fused wasm', openFused);
} else {
  it.skip('the fused build: this Node or its processor has no fused multiply-add', () => undefined);
}

/** Gradients of one batch on a new trainer. */
function gradientsOf(engine: LstmEngine, shape: NetworkShape, batch: Batch): NetworkWeights {
  const trainer = engine.trainer(shape, weightsOf(shape), ADAM);
  try {
    return trainer.gradients(batch);
  } finally {
    trainer.dispose();
  }
}

/** Largest difference, relative to the largest of what is expected or to `floor`. */
function difference(actual: Float32Array, expected: Float32Array, floor: number): number {
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), floor);
  return Math.max(...actual.map((value, at) => Math.abs(value - (expected[at] ?? NaN)))) / scale;
}

describe.each([
  ['plain', false],
  ['fused', true],
])('the %s kernel', (_, fusedMultiplyAdd) => {
  let engine: LstmEngine;

  beforeAll(async () => {
    engine = await openWasmEngine({ fusedMultiplyAdd });
  });

  it('tells in its description which build it is', () => {
    expect(engine.name).toBe('wasm');
    const build = fusedMultiplyAdd && fused ? 'wasm simd fma' : 'wasm simd';
    expect(engine.description).toMatch(new RegExp(`^${build}, kernel [0-9a-f]{8}$`));
  });

  it('has the gradients of the reference whatever the sizes, from 1 to 17', async () => {
    const reference = await openLayersEngine();
    const size = fc.integer({ min: 1, max: 17 });
    const shapes = fc.record({
      features: size,
      units: size,
      lookback: size,
      dropout: fc.constantFrom(0, 0.3),
      head: fc.constantFrom('student-t', 'mean', 'price'),
    } as const);
    fc.assert(
      fc.property(shapes, size, fc.integer({ min: 0, max: 1000 }), (shape, windows, seed) => {
        const batch = batchOf(shape, windows, seed);
        const expected = gradientsOf(reference, shape, batch);
        gradientsOf(engine, shape, batch).forEach((gradient, index) => {
          // Where terms cancel, what is left of them has fewer digits.
          expect(difference(gradient, expected[index] ?? new Float32Array(), 0.01)).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  it('takes a batch larger than all before, and a smaller one again', () => {
    const trainer = engine.trainer(SHAPE, weightsOf(SHAPE), ADAM);
    for (const size of [3, 100, 8, 1, 100]) {
      const batch = batchOf(SHAPE, size, size);
      expect(trainer.gradients(batch)).toEqual(gradientsOf(engine, SHAPE, batch));
    }
    trainer.dispose();
  });

  it('takes batches with a mask and without one in turn', () => {
    const trainer = engine.trainer(SHAPE, weightsOf(SHAPE), ADAM);
    const masked = batchOf(SHAPE, 6, 1);
    const unmasked = batchOf({ ...SHAPE, dropout: 0 }, 6, 2);
    for (const batch of [masked, unmasked, masked]) {
      expect(trainer.gradients(batch)).toEqual(gradientsOf(engine, SHAPE, batch));
    }
    trainer.dispose();
  });

  it('forecasts many windows as it forecasts each alone', () => {
    const forecaster = engine.forecaster(SHAPE, weightsOf(SHAPE));
    const { features, lookback, head } = SHAPE;
    const { outputs } = headOf(head);
    const size = 150;
    const { inputs } = batchOf(SHAPE, size, 4);
    const together = forecaster.outputs(inputs, size);
    for (const window of [0, 7, 8, 63, 64, 149]) {
      const alone = Float32Array.from({ length: lookback * features }, (_value, at) => {
        const step = Math.floor(at / features);
        return inputs[(step * size + window) * features + (at % features)] ?? NaN;
      });
      expect(forecaster.outputs(alone, 1)).toEqual(together.slice(window * outputs, (window + 1) * outputs));
    }
    forecaster.dispose();
  });

  it.each([1e-30, 1e-6, 1e-3, 0.1, 0.3, 0.4, 1, 3, 20, 200, 1e6])(
    'keeps the digits of its activations for an input of %d, either sign',
    (size) => {
      // One unit, one step: output = σ(x) tanh(σ(x) tanh x), then ×1 by the head, of which the rectifier hides the negative.
      const shape: NetworkShape = { features: 1, units: 1, lookback: 1, dropout: 0, head: 'price' };
      const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
      for (const x of [size, -size]) {
        const gates = [x, x, x, x].map(Math.fround);
        const one = engine.forecaster(shape, [
          Float32Array.from(gates),
          new Float32Array(4),
          new Float32Array(4),
          Float32Array.of(Math.sign(x)),
          new Float32Array(1),
        ]);
        const [actual = NaN] = one.outputs(Float32Array.of(1), 1);
        one.dispose();
        const [z = NaN] = gates;
        const expected = sigmoid(z) * Math.tanh(sigmoid(z) * Math.abs(Math.tanh(z)));
        expect(Math.abs(actual - expected)).toBeLessThan(5e-7 * expected + 1e-37);
      }
    },
  );

  it.each([
    ['kernel', 0, '5 × 36 = 180'],
    ['recurrent kernel', 1, '9 × 36 = 324'],
    ['bias', 2, '36 = 36'],
    ['head kernel', 3, '9 × 10 = 90'],
    ['head bias', 4, '10 = 10'],
  ])('says which weights it expected when the %s has another length', (name, index, expected) => {
    const weights = weightsOf(SHAPE).map((weight, at) => (at === index ? weight.subarray(1) : weight));
    const open = (): unknown => engine.forecaster(SHAPE, weights as unknown as NetworkWeights);
    expect(open).toThrow(`${name}: expected ${expected} values`);
  });

  it('says what it expected when an array of a batch has another length', () => {
    const trainer = engine.trainer(SHAPE, weightsOf(SHAPE), ADAM);
    const batch = batchOf(SHAPE, 3, 1);
    const short = new Float32Array(1);
    expect(() => trainer.step({ ...batch, inputs: short })).toThrow('inputs: expected 4 × 3 × 5 = 60 values, got 1');
    expect(() => trainer.step({ ...batch, mask: short })).toThrow('mask: expected 4 × 3 × 9 = 108 values, got 1');
    expect(() => trainer.step({ ...batch, targets: short })).toThrow(
      'targets: expected 4 × 3 × 10 = 120 values, got 1',
    );
    expect(trainer.weights()).toEqual(weightsOf(SHAPE));
    trainer.dispose();
  });

  it('refuses a batch that 32 bits cannot address, and goes on with others', () => {
    const shape: NetworkShape = { features: 1, units: 100, lookback: 10, dropout: 0, head: 'price' };
    const trainer = engine.trainer(shape, weightsOf(shape), ADAM);
    const batch = batchOf(shape, 4, 1);
    const { loss } = trainer.loss(batch);
    const size = 300_000;
    const huge = { size, inputs: new Float32Array(10 * size), targets: new Float32Array(10 * size) };
    expect(() => trainer.loss(huge)).toThrow('no memory for a batch of 300000 windows');
    expect(trainer.loss(batch).loss).toBe(loss);
    trainer.dispose();
  });

  it('refuses work after it was disposed of', () => {
    const trainer = engine.trainer(SHAPE, weightsOf(SHAPE), ADAM);
    trainer.dispose();
    expect(() => trainer.weights()).toThrow('disposed');
    const forecaster = engine.forecaster(SHAPE, weightsOf(SHAPE));
    forecaster.dispose();
    expect(() => forecaster.outputs(new Float32Array(20), 1)).toThrow('disposed');
  });
});

describe('the plain kernel on every machine', () => {
  it('trains to the same bytes', async () => {
    const engine = await openPlain();
    // Whole numbers and quotients by powers of two: no machine's mathematics library is asked.
    const fill = (length: number, factor: number): Float32Array =>
      Float32Array.from({ length }, (_, at) => ((at * factor) % 101) / 64 - 0.75);
    const weights = weightShapes(SHAPE).map((dimensions, index) =>
      fill(
        dimensions.reduce((product, dimension) => product * dimension, 1),
        41 + index,
      ).map((value) => value / 4),
    );
    const trainer = engine.trainer(SHAPE, weights as unknown as NetworkWeights, {
      learningRate: 1e-2,
      gradientNorm: 0.1,
    });
    const { features, units, lookback, head } = SHAPE;
    for (let step = 0; step < 50; step++) {
      const size = [32, 7, 16][step % 3] ?? 0;
      trainer.step({
        size,
        inputs: fill(lookback * size * features, 37 + step),
        targets: fill(lookback * size * headOf(head).targets, 53),
        mask: fill(lookback * size * units, 29).map((value) => (value > 0 ? 1.25 : 0)),
      });
    }
    const digest = createHash('sha256');
    trainer.weights().forEach((weight) => digest.update(Buffer.from(weight.buffer)));
    expect(digest.digest('hex')).toBe('69a01ab14a5e0eebd7ae03dc9faa3905f076abdd64353a8ec1c8dcf5820b729b');
    trainer.dispose();
  });
});

describe('the memory of the kernel', () => {
  const large: NetworkShape = { features: 16, units: 200, lookback: 10, dropout: 0.2, head: 'student-t' };

  it('is as large as the largest batch so far needs, however many came', () => {
    const memory = new NetworkMemory(compileKernel({ fused: false }).instantiate(), SHAPE, weightsOf(SHAPE), true);
    const bytesWith = (size: number): number => {
      memory.hear(size, batchOf(SHAPE, size, 1).inputs);
      return memory.kernel.memory.buffer.byteLength;
    };
    const bytes = bytesWith(200);
    for (const size of [7, 200, 1, 150, 200]) expect(bytesWith(size)).toBe(bytes);
    expect(bytesWith(1000)).toBeGreaterThan(bytes);
  });

  it('is given back when trainers are disposed of', async () => {
    const engine = await openPlain();
    const weights = weightsOf(large);
    const before = process.memoryUsage.rss();
    // Some 10 MB each.
    for (let count = 0; count < 150; count++) {
      const trainer = engine.trainer(large, weights, ADAM);
      trainer.loss({ size: 32, inputs: new Float32Array(5120), targets: new Float32Array(3200) });
      trainer.dispose();
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(500e6);
  });
});
