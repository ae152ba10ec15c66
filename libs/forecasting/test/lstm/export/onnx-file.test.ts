import { onnx } from 'onnx-proto';
import { onnxFile } from '../../../src/lstm/export/onnx-file';
import { type NetworkShape } from '../../../src/lstm/network';
import { randomWeights } from './random-weights';

const SHAPE: NetworkShape = { features: 3, units: 5, lookback: 4, dropout: 0.2, head: 'student-t' };

/** ONNX's own definition of its messages reads what ours wrote. */
function graphOf(shape: NetworkShape): onnx.GraphProto {
  const { graph } = onnx.ModelProto.decode(onnxFile(shape, randomWeights(shape, 1)));
  return onnx.GraphProto.create(graph ?? {});
}

function floatsOf(tensor: onnx.ITensorProto | undefined): Float32Array {
  return new Float32Array(Uint8Array.from(tensor?.rawData ?? []).buffer);
}

describe('a network as an ONNX model', () => {
  const [kernel, recurrent, bias, headKernel, headBias] = randomWeights(SHAPE, 1);
  const { node, initializer, input, output } = graphOf(SHAPE);
  const tensors = new Map(initializer.map((tensor) => [tensor.name, tensor]));

  it('is of IR version 8 and operators 17', () => {
    const model = onnx.ModelProto.toObject(onnx.ModelProto.decode(onnxFile(SHAPE, randomWeights(SHAPE, 1))), {
      longs: Number,
    });
    expect(model).toMatchObject({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }] });
  });

  it('goes from windows to what the head says at every step, in batches of any size', () => {
    const described = [...input, ...output].map(({ name, type }) => ({
      name,
      type: type?.tensorType?.elemType,
      sides: type?.tensorType?.shape?.dim?.map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
    }));
    expect(described).toEqual([
      { name: 'inputs', type: onnx.TensorProto.DataType.FLOAT, sides: ['batch', 4, 3] },
      { name: 'outputs', type: onnx.TensorProto.DataType.FLOAT, sides: ['batch', 4, 30] },
    ]);
  });

  it('reads nothing but its inputs, its weights and what an earlier node gave', () => {
    const given = new Set(['inputs', ...tensors.keys()]);
    for (const { input: reads, output: gives } of node) {
      for (const name of reads ?? []) expect(given).toContain(name);
      for (const name of gives ?? []) given.add(name);
    }
    expect(given).toContain('outputs');
  });

  it('rectifies the outputs of a head that does', () => {
    const linear = ['Transpose', 'LSTM', 'Squeeze', 'Transpose', 'MatMul', 'Add'];
    expect(node.map(({ opType }) => opType)).toEqual(linear);
    expect(graphOf({ ...SHAPE, head: 'price' }).node.map(({ opType }) => opType)).toEqual([...linear, 'Relu']);
  });

  it('has the gates in the order input, output, forget, cell, each transposed', () => {
    const { units, features } = SHAPE;
    const keras = { input: 0, forget: 1, cell: 2, output: 3 };
    const cell = {
      kernel: floatsOf(tensors.get('lstm_kernel')),
      recurrent: floatsOf(tensors.get('lstm_recurrent_kernel')),
      bias: floatsOf(tensors.get('lstm_bias')),
    };
    expect(tensors.get('lstm_kernel')?.dims?.map(Number)).toEqual([1, 20, 3]);
    expect(tensors.get('lstm_recurrent_kernel')?.dims?.map(Number)).toEqual([1, 20, 5]);
    expect(tensors.get('lstm_bias')?.dims?.map(Number)).toEqual([1, 40]);
    (['input', 'output', 'forget', 'cell'] as const).forEach((gate, place) => {
      for (let unit = 0; unit < units; unit++) {
        const row = place * units + unit;
        const column = keras[gate] * units + unit;
        for (let from = 0; from < features; from++) {
          expect(cell.kernel[row * features + from]).toBe(kernel[from * 4 * units + column]);
        }
        for (let from = 0; from < units; from++) {
          expect(cell.recurrent[row * units + from]).toBe(recurrent[from * 4 * units + column]);
        }
        expect(cell.bias[row]).toBe(bias[column]);
      }
    });
    expect(cell.bias.subarray(4 * units)).toEqual(new Float32Array(4 * units));
  });

  it('has the weights of the head unchanged', () => {
    expect(floatsOf(tensors.get('head_kernel'))).toEqual(headKernel);
    expect(floatsOf(tensors.get('head_bias'))).toEqual(headBias);
    expect(tensors.get('head_kernel')?.dims?.map(Number)).toEqual([5, 30]);
  });

  it('is the same bytes whenever it is written, and others for other weights', () => {
    const first = onnxFile(SHAPE, randomWeights(SHAPE, 1));
    expect(onnxFile(SHAPE, randomWeights(SHAPE, 1))).toEqual(first);
    expect(onnxFile(SHAPE, randomWeights(SHAPE, 2))).not.toEqual(first);
  });
});
