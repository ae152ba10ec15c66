import { parse } from 'protobufjs';
import { headOf } from '../heads/head-of';
import { NETWORK_NAME, type NetworkShape, type NetworkWeights } from '../network';
import { littleEndian } from './little-endian';

/** The messages of ONNX that a network takes, with ONNX's own numbers of fields. Source: onnx.proto of ONNX 1.12. */
const Model = parse(
  `syntax = "proto2";
  message Model {
    optional int64 irVersion = 1;
    optional string producerName = 2;
    optional Graph graph = 7;
    repeated OperatorSet opsetImport = 8;
  }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Graph {
    repeated Node node = 1;
    optional string name = 2;
    repeated Tensor initializer = 5;
    repeated Value input = 11;
    repeated Value output = 12;
  }
  message Node {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    optional string opType = 4;
    repeated Attribute attribute = 5;
  }
  message Attribute {
    optional string name = 1;
    optional int64 i = 3;
    repeated int64 ints = 8;
    optional int32 type = 20;
  }
  message Tensor {
    repeated int64 dims = 1;
    optional int32 dataType = 2;
    optional string name = 8;
    optional bytes rawData = 9;
  }
  message Value { optional string name = 1; optional Type type = 2; }
  message Type { optional TensorType tensorType = 1; }
  message TensorType { optional int32 elemType = 1; optional Dimensions shape = 2; }
  message Dimensions { repeated Dimension dim = 1; }
  message Dimension { optional int64 dimValue = 1; optional string dimParam = 2; }`,
).root.lookupType('Model');

const IR_VERSION = 8;
const OPERATORS_VERSION = 17;
const ELEMENT = { float32: 1, int64: 7 };
const ATTRIBUTE = { integer: 2, integers: 7 };

/** Where ONNX's gates (input, output, forget, cell) stand among those of Keras (input, forget, cell, output). */
const GATES = [0, 3, 1, 2];

/**
 * The network as an ONNX model of IR version 8 and operators 17: `inputs`, float32[batch × lookback × features], to `outputs`,
 * float32[batch × lookback × the head's outputs], of batches of any size. Same network, same bytes.
 * Source: ONNX's operators Transpose, LSTM, Squeeze, MatMul, Add and Relu; the LSTM's runtimes take sequences step by step, so
 * that steps come first within.
 */
export function onnxFile(shape: NetworkShape, weights: NetworkWeights): Buffer {
  const { features, units, lookback, head } = shape;
  const { outputs, activation } = headOf(head);
  const [kernel, recurrent, bias, headKernel, headBias] = weights;
  const rectified = activation === 'relu';
  const gates = 4 * units;
  const stepsFirst = [integers('perm', [1, 0, 2])];
  const graph = {
    name: NETWORK_NAME,
    input: [value('inputs', [lookback, features])],
    output: [value('outputs', [lookback, outputs])],
    initializer: [
      float32('lstm_kernel', [1, gates, features], gateRows(kernel, units)),
      float32('lstm_recurrent_kernel', [1, gates, units], gateRows(recurrent, units)),
      float32('lstm_bias', [1, 2 * gates], withRecurrentBias(gateRows(bias, units))),
      directionAxis(),
      float32('head_kernel', [units, outputs], headKernel),
      float32('head_bias', [outputs], headBias),
    ],
    node: [
      node('Transpose', ['inputs'], 'steps', stepsFirst),
      node('LSTM', ['steps', 'lstm_kernel', 'lstm_recurrent_kernel', 'lstm_bias'], 'directions', [
        { name: 'hidden_size', type: ATTRIBUTE.integer, i: units },
      ]),
      node('Squeeze', ['directions', 'direction_axis'], 'states'),
      node('Transpose', ['states'], 'windows', stepsFirst),
      node('MatMul', ['windows', 'head_kernel'], 'products'),
      node('Add', ['products', 'head_bias'], rectified ? 'linear' : 'outputs'),
      ...(rectified ? [node('Relu', ['linear'], 'outputs')] : []),
    ],
  };
  const model = {
    irVersion: IR_VERSION,
    producerName: 'Closing Bell',
    graph,
    opsetImport: [{ domain: '', version: OPERATORS_VERSION }],
  };
  return Buffer.from(Model.encode(model).finish());
}

/** A kernel [inputs × 4 units], or the bias as one row, with its gates in ONNX's order and transposed: [4 units × inputs]. */
function gateRows(kernel: Float32Array, units: number): Float32Array {
  const gates = 4 * units;
  const inputs = kernel.length / gates;
  return Float32Array.from({ length: kernel.length }, (_, index) => {
    const row = Math.floor(index / inputs);
    const gate = GATES[Math.floor(row / units)] ?? NaN;
    return kernel[(index % inputs) * gates + gate * units + (row % units)] ?? NaN;
  });
}

/** ONNX adds a second bias in the recurrence, which Keras has not. */
function withRecurrentBias(bias: Float32Array): Float32Array {
  const both = new Float32Array(2 * bias.length);
  both.set(bias);
  return both;
}

function float32(name: string, dims: readonly number[], values: Float32Array): object {
  return { name, dims, dataType: ELEMENT.float32, rawData: littleEndian(values) };
}

/** The axis of the LSTM's directions, of which there is one: [steps × 1 × windows × units]. */
function directionAxis(): object {
  const rawData = Buffer.alloc(8);
  rawData.writeBigInt64LE(1n);
  return { name: 'direction_axis', dims: [1], dataType: ELEMENT.int64, rawData };
}

function integers(name: string, ints: readonly number[]): object {
  return { name, type: ATTRIBUTE.integers, ints };
}

/** A node is named by what it gives, which is one thing. */
function node(opType: string, input: readonly string[], output: string, attribute: readonly object[] = []): object {
  return { name: output, opType, input, output: [output], attribute };
}

/** What goes in or out: float32[batch × dims]. */
function value(name: string, dims: readonly number[]): object {
  const dim = [{ dimParam: 'batch' }, ...dims.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: ELEMENT.float32, shape: { dim } } } };
}
