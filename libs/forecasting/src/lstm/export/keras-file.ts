import { strToU8, zipSync } from 'fflate';
import { headOf } from '../heads/head-of';
import { HEAD_DEVIATION, NETWORK_NAME, type NetworkShape, type NetworkWeights, weightShapes } from '../network';
import { Hdf5Dataset, hdf5File } from './hdf5-file';

/** The Keras whose way of saving is followed; later ones read it. */
const KERAS_VERSION = '3.15.1';
/** In place of the time of saving, so that a network is always saved as the same bytes. The earliest that a ZIP can say. */
const SAVED = { zip: new Date(1980, 0, 1), keras: '1980-01-01@00:00:00' };

/**
 * The network as a `.keras` file, which `keras.saving.load_model` of Keras 3 opens, in safe mode too: float32[batch × lookback ×
 * features] → float32[batch × lookback × the head's outputs]. Same network, same bytes.
 * Source: Keras 3.15.1, src/saving/saving_lib.py.
 */
export function kerasFile(shape: NetworkShape, weights: NetworkWeights): Buffer {
  const files = {
    'metadata.json': strToU8(JSON.stringify({ keras_version: KERAS_VERSION, date_saved: SAVED.keras })),
    'config.json': strToU8(JSON.stringify(networkConfig(shape))),
    'model.weights.h5': weightsFile(shape, weights),
  };
  return Buffer.from(zipSync(files, { level: 0, mtime: SAVED.zip }));
}

function networkConfig({ features, units, lookback, dropout, head }: NetworkShape): object {
  const { outputs, activation } = headOf(head);
  const inputShape = [null, lookback, features];
  const layers = [
    kerasObject('keras.layers', 'InputLayer', { name: 'inputs', batch_shape: inputShape, dtype: 'float32' }),
    kerasObject('keras.layers', 'LSTM', {
      name: 'lstm',
      units,
      return_sequences: true,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      use_bias: true,
      kernel_initializer: kerasObject('keras.initializers', 'GlorotUniform', { seed: null }),
      recurrent_initializer: kerasObject('keras.initializers', 'Orthogonal', { gain: 1, seed: null }),
      bias_initializer: kerasObject('keras.initializers', 'Zeros', {}),
      unit_forget_bias: true,
    }),
    kerasObject('keras.layers', 'Dropout', { name: 'dropout', rate: dropout }),
    kerasObject('keras.layers', 'Dense', {
      name: 'head',
      units: outputs,
      activation,
      use_bias: true,
      kernel_initializer: kerasObject('keras.initializers', 'RandomNormal', {
        mean: 0,
        stddev: HEAD_DEVIATION,
        seed: null,
      }),
      bias_initializer: kerasObject('keras.initializers', 'Zeros', {}),
    }),
  ];
  const config = { name: NETWORK_NAME, trainable: true, dtype: 'float32', layers };
  return { ...kerasObject('keras', 'Sequential', config), build_config: { input_shape: inputShape } };
}

function kerasObject(module: string, className: string, config: object): object {
  return { module, class_name: className, config, registered_name: null };
}

/** Keras finds weights by the classes of layers, not by their names, and looks for `vars` in every one. */
function weightsFile(shape: NetworkShape, weights: NetworkWeights): Buffer {
  const shapes = weightShapes(shape);
  const [kernel, recurrent, bias, headKernel, headBias] = weights.map(
    (values, index) => new Hdf5Dataset(shapes[index] ?? [], values),
  ) as [Hdf5Dataset, Hdf5Dataset, Hdf5Dataset, Hdf5Dataset, Hdf5Dataset];
  return hdf5File({
    layers: {
      lstm: { cell: { vars: { 0: kernel, 1: recurrent, 2: bias } }, vars: {} },
      dropout: { vars: {} },
      dense: { vars: { 0: headKernel, 1: headBias } },
    },
    vars: {},
  });
}
