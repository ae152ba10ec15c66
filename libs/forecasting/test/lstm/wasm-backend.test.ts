import { matMul, memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { useWasmBackend } from '../../src/lstm/wasm-backend';

describe('the WebAssembly backend', () => {
  beforeAll(useWasmBackend);

  const a = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const b = [
    [7, 8],
    [9, 1],
    [2, 3],
  ];
  const transposed = (matrix: number[][]): number[][] =>
    (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? NaN));
  const product = [31, 19, 85, 55];

  it.each([
    ['no factor', a, b, false, false],
    ['the first factor', transposed(a), b, true, false],
    ['the second factor', a, transposed(b), false, true],
    ['both factors', transposed(a), transposed(b), true, true],
  ])('multiplies with %s transposed', (_, left, right, transposeA, transposeB) => {
    tidy(() => {
      expect(Array.from(matMul(tensor(left), tensor(right), transposeA, transposeB).dataSync())).toEqual(product);
    });
  });

  it('multiplies batches of transposed matrices', () => {
    tidy(() => {
      const result: Tensor = matMul(tensor([transposed(a), transposed(a)]), tensor([b, b]), true, false);
      expect(Array.from(result.dataSync())).toEqual([...product, ...product]);
    });
  });

  it('leaves nothing of a transposed product behind', () => {
    const before = memory().numDataBuffers;
    tidy(() => matMul(tensor(transposed(a)), tensor(b), true, false).dataSync());
    expect(memory().numDataBuffers).toBe(before);
  });
});
