import { gatherWindows } from '../../src/lstm/windows';

describe('windows of rows', () => {
  // Row r holds 10 r and 10 r + 1.
  const rows = Float32Array.from({ length: 12 }, (_, index) => 10 * Math.floor(index / 2) + (index % 2));

  it('are laid out step by step, each step window by window', () => {
    expect([...gatherWindows(rows, 2, 3, [2, 5])]).toEqual([0, 1, 30, 31, 10, 11, 40, 41, 20, 21, 50, 51]);
  });

  it('of one step are the rows themselves', () => {
    expect([...gatherWindows(rows, 2, 1, Int32Array.of(4, 1))]).toEqual([40, 41, 10, 11]);
  });

  it('are none where none is asked for', () => {
    expect(gatherWindows(rows, 2, 3, [])).toHaveLength(0);
  });
});
