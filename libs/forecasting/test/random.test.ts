import { RandomSource, type RandomState } from '../src/random';

describe('a seeded random source', () => {
  it('gives the same numbers for the same seed, on every machine and in every version', () => {
    const random = new RandomSource(7);
    expect([random.uniform(), random.uniform(), random.normal()]).toEqual([
      0.23382771760225296, 0.5122324188705534, 0.5095171573869229,
    ]);
  });

  it('gives other numbers for another seed', () => {
    expect(new RandomSource(1).uniform()).not.toBe(new RandomSource(2).uniform());
  });

  it('goes on where another stood, in the middle of a pair of normal numbers, too', () => {
    const random = new RandomSource(11);
    random.normal();
    for (let draw = 0; draw < 3; draw++) {
      const again = RandomSource.from(JSON.parse(JSON.stringify(random.state())) as RandomState);
      const next = [random.normal(), random.uniform(), random.normal(), random.integer(1000)];
      expect([again.normal(), again.uniform(), again.normal(), again.integer(1000)]).toEqual(next);
      random.normal();
    }
  });

  it('is uniform and normal to within sampling error', () => {
    const random = new RandomSource(3);
    const count = 20_000;
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
    const uniforms = Array.from({ length: count }, () => random.uniform());
    const normals = Array.from({ length: count }, () => random.normal());
    expect(Math.abs(mean(uniforms) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(mean(uniforms.map((value) => value ** 2)) - 1 / 3)).toBeLessThan(0.01);
    expect(Math.abs(mean(normals))).toBeLessThan(0.03);
    expect(Math.abs(mean(normals.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
  });

  it('shuffles without losing or repeating an item', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = new RandomSource(5).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });
});
