import { LateMeasure } from '../late-measure';

describe('LateMeasure', () => {
  it('shows a sample only after its lag, and nothing before', () => {
    const measure = new LateMeasure();
    measure.sample(0, 500, 130);
    measure.sample(60, 300, 150);
    expect([0, 129, 130, 209, 210].map((now) => measure.at(now))).toEqual([0, 0, 500, 500, 300]);
  });

  it('does not go back to an older sample that comes to light after a younger one', () => {
    const measure = new LateMeasure();
    measure.sample(0, 500, 240);
    measure.sample(60, 300, 120);
    expect(measure.at(240)).toBe(300);
  });
});
