import { type LstmForecaster } from '../../src/lstm/engine';
import { RememberedOutputs } from '../../src/lstm/remembered-outputs';

const WIDTH = 2;
const LOOKBACK = 3;

/** A network whose two outputs are the sum of a window and its last value; counts the windows that it was asked for. */
class CountingNetwork implements LstmForecaster {
  computed = 0;

  outputs(inputs: Float32Array, size: number): Float32Array {
    this.computed += size;
    const said = new Float32Array(2 * size);
    inputs.forEach((value, at) => {
      const window = Math.floor(at / WIDTH) % size;
      said[2 * window] = (said[2 * window] ?? 0) + value;
      said[2 * window + 1] = value;
    });
    return said;
  }

  dispose(): void {
    // Holds nothing.
  }
}

const rowsOf = (count: number): Float32Array => Float32Array.from({ length: count * WIDTH }, (_, at) => at);
const fresh = (rows: Float32Array, lastRows: number[]): Float32Array[] =>
  new RememberedOutputs(new CountingNetwork(), WIDTH, LOOKBACK).of(rows, lastRows);

describe('remembered outputs', () => {
  const start = (): { network: CountingNetwork; remembered: RememberedOutputs } => {
    const network = new CountingNetwork();
    const remembered = new RememberedOutputs(network, WIDTH, LOOKBACK);
    remembered.of(rowsOf(10), [2, 3, 4, 5, 6, 7, 8, 9]);
    network.computed = 0;
    return { network, remembered };
  };

  it('computes only the windows that a grown history adds', () => {
    const { network, remembered } = start();
    expect(remembered.of(rowsOf(12), [8, 9, 10, 11])).toEqual(fresh(rowsOf(12), [8, 9, 10, 11]));
    expect(network.computed).toBe(2);
  });

  it('answers a question about the past from memory and forgets nothing for it', () => {
    const { network, remembered } = start();
    expect(remembered.of(rowsOf(6), [4, 5])).toEqual(fresh(rowsOf(6), [4, 5]));
    remembered.of(rowsOf(10), [9]);
    expect(network.computed).toBe(0);
  });

  it.each([0, 7, 9])('computes again every window from a row on that was revised, here %d', (revised) => {
    const { network, remembered } = start();
    const rows = rowsOf(10);
    rows[revised * WIDTH] = 1000;
    const lastRows = [2, 3, 4, 5, 6, 7, 8, 9];
    expect(remembered.of(rows, lastRows)).toEqual(fresh(rows, lastRows));
    expect(network.computed).toBe(lastRows.filter((row) => row >= revised).length);
  });

  it('takes a missing value for the same as itself', () => {
    const network = new CountingNetwork();
    const remembered = new RememberedOutputs(network, WIDTH, LOOKBACK);
    const rows = rowsOf(10);
    rows[1] = NaN;
    remembered.of(rows, [5]);
    remembered.of(rows.slice(), [5]);
    expect(network.computed).toBe(1);
  });
});
