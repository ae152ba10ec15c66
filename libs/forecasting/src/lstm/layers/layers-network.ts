import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { headOf } from '../heads/head-of';
import { HEAD_DEVIATION, NETWORK_NAME, type NetworkShape, type NetworkWeights } from '../network';

/**
 * The network as layers of TensorFlow.js: LSTM (the whole sequence) → dropout → dense head at every step, [batch, lookback,
 * features] → [batch, lookback, outputs]. Its weights are zero until they are set.
 */
export function buildNetwork({ features, units, lookback, dropout, head }: NetworkShape): Sequential {
  const stack = [
    layers.lstm({
      name: 'lstm',
      units,
      returnSequences: true,
      inputShape: [lookback, features],
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      kernelInitializer: 'glorotUniform',
      recurrentInitializer: 'orthogonal',
      unitForgetBias: true,
    }),
    layers.dropout({ name: 'dropout', rate: dropout }),
    layers.dense({
      name: 'head',
      units: headOf(head).outputs,
      activation: headOf(head).activation,
      kernelInitializer: initializers.randomNormal({ mean: 0, stddev: HEAD_DEVIATION }),
    }),
  ];
  const network = sequential({ name: NETWORK_NAME });
  for (const layer of stack) {
    // The layers' own initial values would be unseeded, and orthogonal ones slow; they are set from the seed instead.
    layer.setFastWeightInitDuringBuild(true);
    network.add(layer);
  }
  return network;
}

/** Sets a network's weights, in the order of its layers. */
export function setNetworkWeights(network: Sequential, weights: NetworkWeights): void {
  tidy(() => {
    const shapes = network.getWeights().map((weight: Tensor) => weight.shape);
    network.setWeights(shapes.map((shape, index) => tensor(Float32Array.from(weights[index] ?? []), shape)));
  });
}
