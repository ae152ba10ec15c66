import { loadConfig } from '@closing-bell/platform';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NetworkShape } from '../../../src/lstm/network';
import { findTensorFlow } from '../../../src/lstm/tensorflow/find-tensorflow';
import { TensorOps } from '../../../src/lstm/tensorflow/tensor-ops';
import { openTensorFlowEngine, tensorFlowEngine } from '../../../src/lstm/tensorflow/tensorflow-engine';
import { batchOf, describeAgreement, describeTraining, weightsOf } from '../fixtures/describe-engine';

// Read when TensorFlow is loaded.
Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });

const { cache } = loadConfig(process.env);
const installation = findTensorFlow(cache);

describe('TensorFlow', () => {
  it('says how to get it where it is not', () => {
    const empty = mkdtempSync(join(tmpdir(), 'no-tensorflow-'));
    expect(findTensorFlow(empty)).toBeUndefined();
    expect(() => openTensorFlowEngine(empty)).toThrow(
      `There is no TensorFlow in ${empty}. Get it with \`make tensorflow\`.`,
    );
    rmSync(empty, { recursive: true });
  });

  it('says what could not be loaded, why, and what to do', () => {
    expect(() => new TensorOps('/nowhere/tfjs_binding.node')).toThrow(
      /cannot be loaded from \/nowhere\/tfjs_binding\.node: .*No such file.* `make tensorflow`/is,
    );
  });
});

if (!installation) {
  it.skip(`trains on TensorFlow, where it is in ${cache}: get it with \`make tensorflow\``, () => undefined);
} else {
  // Loaded once: each loading holds a TensorFlow of its own.
  const ops = new TensorOps(installation.addon);
  const open = async () => tensorFlowEngine(ops);
  describeAgreement('tensorflow', open);
  describeTraining('tensorflow', open);

  describe('the tensorflow engine', () => {
    const shape: NetworkShape = { features: 3, units: 5, lookback: 4, dropout: 0.2, head: 'student-t' };
    const adam = { learningRate: 1e-3, gradientNorm: 0.01 };

    it('names the version of TensorFlow that computes', () => {
      expect(openTensorFlowEngine(cache)).toMatchObject({
        name: 'tensorflow',
        description: `TensorFlow ${installation.tensorflow}`,
      });
    });

    it('leaves no tensor behind', async () => {
      const before = ops.held;
      const engine = await open();
      const trainer = engine.trainer(shape, weightsOf(shape), adam);
      const held = ops.held;
      for (const size of [3, 8, 1]) {
        trainer.step(batchOf(shape, size, size));
        trainer.loss(batchOf(shape, size, size));
        trainer.gradients(batchOf(shape, size, size));
        trainer.weights();
      }
      expect(ops.held).toBe(held);
      trainer.dispose();
      const forecaster = engine.forecaster(shape, weightsOf(shape));
      forecaster.outputs(batchOf(shape, 2, 1).inputs, 2);
      forecaster.dispose();
      expect(ops.held).toBe(before);
    });

    it('frees what it made before an operation failed', async () => {
      const trainer = (await open()).trainer(shape, weightsOf(shape), adam);
      const held = ops.held;
      const { inputs, targets } = batchOf(shape, 3, 1);
      expect(() => trainer.step({ size: 3, inputs, targets, mask: new Float32Array(7) })).toThrow(
        'Shape does not match',
      );
      expect(ops.held).toBe(held);
      trainer.dispose();
    });

    it('keeps nothing of the memory that a batch comes in', async () => {
      const engine = await open();
      const weightsAfter = (spoil: boolean) => {
        const trainer = engine.trainer(shape, weightsOf(shape), adam);
        const first = batchOf(shape, 64, 1);
        trainer.step(first);
        if (spoil) [first.inputs, first.targets, first.mask].forEach((values) => values?.fill(9));
        trainer.step(batchOf(shape, 64, 2));
        const weights = trainer.weights();
        trainer.dispose();
        return weights;
      };
      expect(weightsAfter(true)).toEqual(weightsAfter(false));
    });
  });
}
