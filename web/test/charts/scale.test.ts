import { extent, linear, path, spread, ticks } from '../../src/charts/scale';

describe('scales', () => {
  it('maps a span onto another, and one of nothing onto the middle', () => {
    expect([0, 5, 10].map(linear([0, 10], [100, 0]))).toEqual([100, 50, 0]);
    expect(linear([3, 3], [0, 10])(3)).toBe(5);
  });

  it('chooses round ticks within the span', () => {
    expect(ticks(0.03, 0.97, 4)).toEqual([0.25, 0.5, 0.75]);
    expect(ticks(-12, 31, 5)).toEqual([-10, 0, 10, 20, 30]);
    expect(ticks(1, 1, 4)).toEqual([]);
  });

  it('spans what is finite with a margin', () => {
    expect(extent([null, 1, NaN, 3], 0.5)).toEqual([0, 4]);
    expect(extent([null])).toBeUndefined();
  });

  it('breaks a line where a value is missing', () => {
    expect(path([[0, 1], [1, 2], null, [3, 4]])).toBe('M0.0,1.0L1.0,2.0M3.0,4.0');
  });

  it('spreads dates evenly, the last always among them', () => {
    expect(spread(11, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(spread(10, 3).at(-1)).toBe(9);
    expect(spread(0, 3)).toEqual([]);
  });
});
