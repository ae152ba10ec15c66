/**
 * Loads tfjs-node's addon in this process, runs an LSTM on it and prints TensorFlow's version. Argument: the addon.
 */
import { TensorOps } from '../../libs/forecasting/src/lstm/tensorflow/tensor-ops';

const ops = new TensorOps(process.argv[2] ?? '');
const zeros = (...shape: number[]): number => ops.float(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
const ones = ops.float([2, 1, 1], Float32Array.of(1, 1));
const kernel = ops.float([2, 4], new Float32Array(8).fill(1));
const inputs = [ops.int64(2), ones, zeros(1, 1), zeros(1, 1), kernel, zeros(1), zeros(1), zeros(1), zeros(4)];
const [, , , , , , outputs = -1] = ops.runMany('BlockLSTMV2', inputs, 7, [ops.bool('use_peephole', false)]);
const [first = NaN] = ops.read(outputs);
const sigmoid = 1 / (1 + Math.exp(-1));
if (Math.abs(first - sigmoid * Math.tanh(sigmoid * Math.tanh(1))) > 1e-6)
  throw new Error('TensorFlow computes an LSTM wrongly.');
console.log(ops.version);
