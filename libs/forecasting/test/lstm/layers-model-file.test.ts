import { io, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '@closing-bell/contracts';
import fc from 'fast-check';
import { openLayersEngine } from '../../src/lstm/layers/layers-engine';
import { usePlainBackend } from '../../src/lstm/layers/plain-backend';
import { layersModelFiles, type ModelFiles, readLayersModel } from '../../src/lstm/layers-model-file';
import { buildNetwork, setNetworkWeights } from '../../src/lstm/layers/layers-network';
import { type NetworkShape, type NetworkWeights } from '../../src/lstm/network';
import { RandomSource } from '../../src/random';
import { releasedModel } from '../fixtures/model-v1/released-model';
import { thrownBy } from '../fixtures/thrown';
import { randomWeights } from './export/random-weights';

const SHAPES: readonly NetworkShape[] = [
  { features: 3, units: 5, lookback: 4, dropout: 0, head: 'student-t' },
  { features: 2, units: 8, lookback: 5, dropout: 0.2, head: 'quantiles' },
  { features: 1, units: 1, lookback: 1, dropout: 0.15, head: 'mean' },
  { features: 5, units: 3, lookback: 10, dropout: 0.5, head: 'price' },
];

const RELEASED = releasedModel();
const RELEASED_SHAPE: NetworkShape = { features: 2, units: 4, lookback: 5, dropout: 0.1, head: 'student-t' };

/** What tfjs-layers itself saves of a network. */
async function savedByLayers(shape: NetworkShape, weights: NetworkWeights): Promise<ModelFiles> {
  await usePlainBackend();
  const network = buildNetwork(shape);
  setNetworkWeights(network, weights);
  const files: Record<string, Buffer> = {};
  await network.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const model = {
        format: 'layers-model',
        generatedBy: 'Closing Bell',
        convertedBy: null,
        modelTopology,
        weightsManifest,
      };
      files['model.json'] = Buffer.from(`${JSON.stringify(model, null, 2)}\n`);
      files['weights.bin'] = Buffer.from(weightData as ArrayBuffer);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  network.dispose();
  return files;
}

describe('the files of a network', () => {
  it.each(SHAPES)('are the bytes that tfjs-layers saves of %j', async (shape) => {
    const weights = randomWeights(shape, 1);
    expect(layersModelFiles(shape, weights)).toEqual(await savedByLayers(shape, weights));
  });

  it.each(SHAPES)('are read as the network that was written, with %j', (shape) => {
    const weights = randomWeights(shape, 2);
    expect(readLayersModel(layersModelFiles(shape, weights), shape.head)).toEqual({ shape, weights });
  });
});

describe('a model of release 0.1', () => {
  it('is read, and written again as the same bytes', () => {
    const { shape, weights } = readLayersModel(RELEASED, 'student-t');
    expect(shape).toEqual(RELEASED_SHAPE);
    const { 'model.json': model, 'weights.bin': bytes } = RELEASED;
    expect(layersModelFiles(shape, weights)).toEqual({ 'model.json': model, 'weights.bin': bytes });
  });

  it('says what it says when tfjs-layers loads it', async () => {
    const size = 7;
    const { features, lookback } = RELEASED_SHAPE;
    const random = new RandomSource(3);
    const windows = Float32Array.from({ length: size * lookback * features }, () => random.normal());
    const stepsFirst = windows.map((_, index) => {
      const row = Math.floor(index / features);
      const [step, window] = [Math.floor(row / size), row % size];
      return windows[(window * lookback + step) * features + (index % features)] ?? NaN;
    });

    const { shape, weights } = readLayersModel(RELEASED, 'student-t');
    const forecaster = (await openLayersEngine()).forecaster(shape, weights);
    const outputs = forecaster.outputs(stepsFirst, size);
    forecaster.dispose();

    const { modelTopology, weightsManifest } = JSON.parse(String(RELEASED['model.json'])) as io.ModelJSON;
    const network = await loadLayersModel(
      io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest.flatMap((group) => group.weights),
        weightData: Uint8Array.from(RELEASED['weights.bin'] ?? []).buffer,
      }),
    );
    const sequences = tidy(() => (network.predict(tensor3d(windows, [size, lookback, features])) as Tensor).dataSync());
    network.dispose();
    const perStep = sequences.length / size / lookback;
    expect(outputs).toHaveLength(size * perStep);
    outputs.forEach((output, index) => {
      const [window, which] = [Math.floor(index / perStep), index % perStep];
      const expected = sequences[((window + 1) * lookback - 1) * perStep + which] ?? NaN;
      expect(Math.abs(output - expected)).toBeLessThan(1e-6);
    });
  });

  const model = String(RELEASED['model.json']);
  const withModel = (text: string): ModelFiles => ({ ...RELEASED, 'model.json': Buffer.from(text) });

  it.each([
    ['no model.json', { 'weights.bin': RELEASED['weights.bin'] as Buffer }, 'model.json', 'not there'],
    ['no weights.bin', { 'model.json': RELEASED['model.json'] as Buffer }, 'weights.bin', 'not there'],
    ['a model.json that is cut', withModel(model.slice(0, 200)), 'model.json', 'JSON'],
    ['a model.json of nothing', withModel('null'), 'model.json', 'dropout is not there'],
    ['no steps', withModel(model.replace(/null,\s*5,/, 'null, null,')), 'model.json', 'number of steps is null'],
    ['no units', withModel(model.replace('"units": 4', '"units": 0')), 'model.json', 'number of units is 0'],
    ['a dropout that is no share', withModel(model.replace('0.1', '1.5')), 'model.json', 'dropout is 1.5'],
    ['another class of model', withModel(model.replace('Sequential', 'Functional')), 'model.json', '"Functional"'],
    ['another cell', withModel(model.replace('"LSTM"', '"GRU"')), 'model.json', 'layers.0.class_name is "GRU"'],
    [
      'other gates',
      withModel(model.replace('"sigmoid"', '"hardSigmoid"')),
      'model.json',
      'recurrent_activation is "hardSigmoid"',
    ],
    [
      'its last step alone',
      withModel(model.replace('"return_sequences": true', '"return_sequences": false')),
      'model.json',
      'return_sequences is false',
    ],
    ['no bias', withModel(model.replace('"use_bias": true,', '')), 'model.json', 'use_bias is not there'],
    [
      'a setting that is not known',
      withModel(model.replace('"units": 4', '"units": 4, "zero_output_for_mask": true')),
      'model.json',
      'zero_output_for_mask is true',
    ],
    [
      'weights in another order',
      withModel(model.replace('lstm/kernel', 'lstm/bias')),
      'model.json',
      'weightsManifest.0.weights.0.name is "lstm/bias"',
    ],
    ['weights of another type', withModel(model.replace(/float32(?=[^f]*$)/, 'int32')), 'model.json', 'is "int32"'],
    [
      'weights of another shape',
      withModel(model.replace(/\[\s*2,\s*16\s*\]/, '[16, 2]')),
      'model.json',
      'weights.0.shape.0 is 16',
    ],
    [
      'no weights',
      withModel(model.replace(/"weightsManifest": [^]*$/, '"weightsManifest": []}')),
      'model.json',
      'weightsManifest.0 is not there',
    ],
    [
      'weights cut short',
      { ...RELEASED, 'weights.bin': RELEASED['weights.bin']?.subarray(4) as Buffer },
      'weights.bin',
      '1044 bytes',
    ],
    [
      'a weight that is no number',
      { ...RELEASED, 'weights.bin': Buffer.alloc(1048, 0xff) },
      'weights.bin',
      'lstm/kernel',
    ],
  ])('is refused with %s, and told which file and why', (_, files: ModelFiles, file, why) => {
    const error = thrownBy(() => readLayersModel(files, 'student-t'));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ reason: 'corrupt-model', details: { file } });
    expect((error as Error).message).toContain(`The model's file ${file} cannot be used: `);
    expect((error as Error).message).toContain(why);
  });

  it('is refused where its preprocessing tells of another head', () => {
    const error = thrownBy(() => readLayersModel(RELEASED, 'mean'));
    expect(error).toMatchObject({ reason: 'corrupt-model', details: { file: 'model.json' } });
  });

  it('reads the same or is refused, wherever its model.json is cut or one byte of it changed', () => {
    const whole = RELEASED['model.json'] as Buffer;
    const { shape, weights } = readLayersModel(RELEASED, 'student-t');
    const position = fc.nat(whole.length - 1);
    const cut = position.map((end) => whole.subarray(0, end));
    const changed = fc.tuple(position, fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(cut, changed), (bytes) => {
        try {
          const read = readLayersModel({ ...RELEASED, 'model.json': bytes }, 'student-t');
          // Nothing else in these files tells the rate of dropout and the number of steps; preprocessing.json tells the steps.
          const { dropout, lookback } = read.shape;
          expect(read).toEqual({ shape: { ...shape, dropout, lookback }, weights });
        } catch (error) {
          if (!(error instanceof PermanentError)) throw error;
          expect(error.reason).toBe('corrupt-model');
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
