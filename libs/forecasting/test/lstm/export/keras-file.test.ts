import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { type Dataset } from 'h5wasm/node';
import { kerasFile } from '../../../src/lstm/export/keras-file';
import { usePlainBackend } from '../../../src/lstm/layers/plain-backend';
import { buildNetwork } from '../../../src/lstm/layers/layers-network';
import { type NetworkShape } from '../../../src/lstm/network';
import { randomWeights } from './random-weights';

const SHAPE: NetworkShape = { features: 3, units: 5, lookback: 4, dropout: 0.2, head: 'student-t' };

interface Saved {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A group as null, an array with what h5wasm, HDF5's own library, tells of it. */
type Tree = Record<string, null | { shape: Dataset['shape']; dtype: Dataset['dtype']; values: number[] }>;

/** Runs in a process of its own, for h5wasm is an ES module, which Jest does not load. */
const READ_HDF5 = `
  import { File, Dataset, ready } from 'h5wasm/node';
  await ready;
  const file = new File(process.argv[1], 'r');
  const tree = {};
  for (const path of file.paths()) {
    const member = file.get(path);
    tree[path] = member instanceof Dataset
      ? { shape: member.shape, dtype: member.dtype, values: Array.from(member.value) }
      : null;
  }
  console.log(JSON.stringify(tree));
`;

function readHdf5(bytes: Uint8Array): Tree {
  const folder = mkdtempSync(join(tmpdir(), 'forecasting-keras-'));
  try {
    const file = join(folder, 'weights.h5');
    writeFileSync(file, bytes);
    return JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', READ_HDF5, file], { encoding: 'utf8' }),
    ) as Tree;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function layersOf(shape: NetworkShape): readonly Saved[] {
  const { 'config.json': config = new Uint8Array() } = unzipSync(kerasFile(shape, randomWeights(shape, 1)));
  return (JSON.parse(strFromU8(config)) as { config: { layers: Saved[] } }).config.layers;
}

describe('a network as a .keras file', () => {
  const weights = randomWeights(SHAPE, 1);
  const files = unzipSync(kerasFile(SHAPE, weights));

  beforeAll(usePlainBackend);

  it('is an archive of what Keras 3 looks for', () => {
    expect(Object.keys(files)).toEqual(['metadata.json', 'config.json', 'model.weights.h5']);
    expect(JSON.parse(strFromU8(files['metadata.json'] ?? new Uint8Array()))).toEqual({
      keras_version: '3.15.1',
      date_saved: '1980-01-01@00:00:00',
    });
  });

  it('has the layers of the network, by their names and with their settings', () => {
    const [inputs, ...layers] = layersOf(SHAPE);
    expect(inputs).toMatchObject({ class_name: 'InputLayer', config: { batch_shape: [null, 4, 3], dtype: 'float32' } });
    const network = buildNetwork(SHAPE);
    expect(layers.map(({ class_name }) => class_name)).toEqual(network.layers.map((layer) => layer.getClassName()));
    layers.forEach(({ config }, index) => {
      const built = network.layers[index]?.getConfig() ?? {};
      for (const [name, value] of Object.entries(config)) {
        if (!name.endsWith('_initializer')) expect([name, value]).toEqual([snakeCase(name), built[camelCase(name)]]);
      }
    });
    network.dispose();
  });

  it('has the initialisers of the network', () => {
    const [, lstm, , head] = layersOf(SHAPE);
    expect(lstm?.config).toMatchObject({
      kernel_initializer: { class_name: 'GlorotUniform' },
      recurrent_initializer: { class_name: 'Orthogonal', config: { gain: 1 } },
      bias_initializer: { class_name: 'Zeros' },
      unit_forget_bias: true,
    });
    const network = buildNetwork(SHAPE);
    const built = network.layers[2]?.getConfig()['kernelInitializer'] as { className: string; config: object };
    network.dispose();
    const config = { ...built.config, seed: null };
    expect(head?.config['kernel_initializer']).toMatchObject({ class_name: built.className, config });
  });

  it('has the activation of the head', () => {
    expect(layersOf({ ...SHAPE, head: 'price' })[3]?.config).toMatchObject({
      name: 'head',
      units: 1,
      activation: 'relu',
    });
    expect(layersOf({ ...SHAPE, head: 'mean' })[3]?.config).toMatchObject({ units: 10, activation: 'linear' });
  });

  it('has the weights where Keras 3 reads them, unchanged, as HDF5 of float32', () => {
    const [kernel, recurrent, bias, headKernel, headBias] = weights.map((values) => Array.from(values));
    expect(readHdf5(files['model.weights.h5'] ?? new Uint8Array())).toEqual({
      layers: null,
      'layers/lstm': null,
      'layers/lstm/cell': null,
      'layers/lstm/cell/vars': null,
      'layers/lstm/cell/vars/0': { shape: [3, 20], dtype: '<f', values: kernel },
      'layers/lstm/cell/vars/1': { shape: [5, 20], dtype: '<f', values: recurrent },
      'layers/lstm/cell/vars/2': { shape: [20], dtype: '<f', values: bias },
      'layers/lstm/vars': null,
      'layers/dropout': null,
      'layers/dropout/vars': null,
      'layers/dense': null,
      'layers/dense/vars': null,
      'layers/dense/vars/0': { shape: [5, 30], dtype: '<f', values: headKernel },
      'layers/dense/vars/1': { shape: [30], dtype: '<f', values: headBias },
      vars: null,
    });
  });

  it('is the same bytes whenever it is written, and others for other weights', () => {
    jest.useFakeTimers({ now: new Date('2031-05-06T07:08:09Z') });
    const later = kerasFile(SHAPE, randomWeights(SHAPE, 1));
    jest.useRealTimers();
    expect(later).toEqual(kerasFile(SHAPE, weights));
    expect(later).not.toEqual(kerasFile(SHAPE, randomWeights(SHAPE, 2)));
  });
});

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(name: string): string {
  return camelCase(name).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
