import {
  BatchMatMul,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  ready,
  registerKernel,
  setBackend,
  type TensorInfo,
  Transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

const BACKEND = 'wasm';

interface Disposer {
  disposeData(dataId: TensorInfo['dataId']): void;
}

/**
 * Makes WebAssembly the active TensorFlow backend, with fast products of transposed matrices. Only for a process of its
 * own: the WebAssembly runtime makes every rejected promise that nobody handles fatal.
 */
export async function useWasmBackend(): Promise<void> {
  if (!(await setBackend(BACKEND))) throw new Error('The WebAssembly backend of TensorFlow.js could not be started.');
  await ready();
  const product = kernel(BatchMatMul);
  unregisterKernel(BatchMatMul, BACKEND);
  registerKernel({ ...product, kernelFunc: transposingFirst(product.kernelFunc, kernel(Transpose).kernelFunc) });
}

function kernel(name: string): KernelConfig {
  const config = getKernel(name, BACKEND);
  if (config === undefined) throw new Error(`The WebAssembly backend of TensorFlow.js has no kernel ${name}.`);
  return config;
}

/**
 * The backend hands a product to its SIMD library only if neither factor is transposed, and runs a scalar loop otherwise,
 * which is where every gradient goes. Writing the transposed factor out first costs little and makes training more than
 * twice as fast. Batches of products stay as they are: none occurs in an LSTM.
 */
function transposingFirst(product: KernelFunc, transpose: KernelFunc): KernelFunc {
  const isOneMatrix = ({ shape }: TensorInfo): boolean => shape.slice(0, -2).every((size) => size === 1);
  return (call) => {
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
    if ((!transposeA && !transposeB) || !isOneMatrix(a) || !isOneMatrix(b)) return product(call);

    const backend = call.backend as Disposer;
    const temporaries: TensorInfo[] = [];
    const written = (matrix: TensorInfo): TensorInfo => {
      const axes = matrix.shape.map((_, axis) => axis);
      const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
      const output = transpose({ inputs: { x: matrix }, attrs: { perm }, backend }) as TensorInfo;
      temporaries.push(output);
      return output;
    };
    const inputs = { a: transposeA ? written(a) : a, b: transposeB ? written(b) : b };
    const output = product({ ...call, inputs, attrs: { ...call.attrs, transposeA: false, transposeB: false } });
    temporaries.forEach(({ dataId }) => backend.disposeData(dataId));
    return output;
  };
}
