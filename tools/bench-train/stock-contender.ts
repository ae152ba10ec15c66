import type * as TensorFlow from '@tensorflow/tfjs-layers';
import { answerRequests } from './answer-requests';
import { NETWORK } from './work';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });

/** What this contender needs of tfjs-node. */
type TfjsNode = typeof TensorFlow & typeof import('@tensorflow/tfjs-core');

/** tfjs-node as its users train: `model.fit`. Argument: the module's path. */
async function main(): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- its path is known only here
  const tf = require(process.argv[2] ?? '') as TfjsNode;
  const { features, units, lookback, dropout, learningRate } = NETWORK;
  await answerRequests((batchSize) => {
    const model = tf.sequential({
      layers: [
        tf.layers.lstm({
          units,
          returnSequences: true,
          inputShape: [lookback, features],
          recurrentActivation: 'sigmoid',
          kernelInitializer: 'glorotUniform',
        }),
        tf.layers.dropout({ rate: dropout }),
        tf.layers.dense({ units: 1, activation: 'relu' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(learningRate), loss: 'meanSquaredError' });
    return async (steps) => {
      const x = tf.randomUniform([steps * batchSize, lookback, features]);
      const y = tf.randomUniform([steps * batchSize, lookback, 1]);
      const { history } = await model.fit(x, y, { batchSize, epochs: 1, shuffle: false, verbose: 0 });
      tf.dispose([x, y]);
      return Number(history['loss']?.[0]);
    };
  });
}

void main();
