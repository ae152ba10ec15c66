import { minimise } from '../../src/statistics/minimise';

/** A bent valley whose minimum, 1, is where every variable is 1. */
const valley = (at: Float64Array): number =>
  at.reduce((sum, x, index) => {
    const next = at[index + 1];
    return next === undefined ? sum : sum + (1 - x) ** 2 + 100 * (next - x * x) ** 2;
  }, 1);

describe('minimising without derivatives', () => {
  it('follows a bent valley to its end', () => {
    const { at, value } = minimise(valley, new Array<number>(8).fill(-1), new Array<number>(8).fill(0.5));
    for (const x of at) expect(x).toBeCloseTo(1, 3);
    expect(value).toBe(valley(at));
  });

  it('goes on where one simplex collapses on a slope', () => {
    // Here the first simplex ends at 8.3; the valley has a flat bottom of its own at 4.987.
    const { value } = minimise(valley, new Array<number>(12).fill(-1), new Array<number>(12).fill(0.5));
    expect(value).toBeLessThan(4.99);
  });

  it('finds the minimum of variables of different size that depend on each other', () => {
    const least = [3, -2, 0.5, 40, 0];
    const { at } = minimise(
      (point) =>
        least.reduce((sum, x, index) => {
          const next = (point[index + 1] ?? 0) - (least[index + 1] ?? 0);
          const distance = (point[index] ?? NaN) - x;
          return sum + (index + 1) * distance * distance + 0.5 * distance * next;
        }, 1),
      [0, 0, 0, 0, 0],
      [1, 1, 0.1, 5, 1],
    );
    least.forEach((x, index) => expect(at[index]).toBeCloseTo(x, 3));
  });

  it.each([
    ['from within', 5],
    ['from without', -1],
  ])('stays out of where the function has no value, %s', (_, start) => {
    const { at } = minimise(([x = NaN]) => x - Math.log(x), [start], [3]);
    expect(at[0]).toBeCloseTo(1, 3);
  });

  it('stays where it starts when nothing is below', () => {
    expect(Array.from(minimise(() => 7, [1, 2], [1, 1]).at)).toEqual([1, 2]);
  });

  it('ends on a function without a minimum', () => {
    expect(minimise(([x = NaN]) => -x, [0], [1]).at[0]).toBeGreaterThan(1000);
  });
});
