import type { FanPoint } from '../../../apps/monitor/src/api/answers';
import { fanShape, outline } from '../../src/charts/fan-shape';

function pointAt(horizon: number): FanPoint {
  return {
    horizon,
    targetSession: `2020-04-0${horizon}`,
    point: 100 + horizon,
    p05: 100 - 3 * horizon,
    p25: 100 - horizon,
    p75: 100 + 2 * horizon,
    p95: 100 + 4 * horizon,
    actualClose: null,
    inside90: null,
    crps: null,
    naiveCrps: null,
    expectedCrps: 0.01,
  };
}

describe('the shape of a fan', () => {
  it('opens from the close of its origin, in the order of the horizons', () => {
    const { band90, band50, median } = fanShape('2020-03-31', 100, [pointAt(2), pointAt(1)]);
    expect(band90).toEqual([
      { session: '2020-03-31', low: 100, high: 100 },
      { session: '2020-04-01', low: 97, high: 104 },
      { session: '2020-04-02', low: 94, high: 108 },
    ]);
    expect(band50.map(({ low, high }) => [low, high])).toEqual([
      [100, 100],
      [99, 102],
      [98, 104],
    ]);
    expect(median.map(({ price }) => price)).toEqual([100, 101, 102]);
  });

  it('begins at the first horizon where the close of its origin is not known', () => {
    expect(fanShape('2020-03-31', null, [pointAt(1)]).median).toEqual([{ session: '2020-04-01', price: 101 }]);
  });

  it('is outlined along its upper edge and back, without what has no place on the chart', () => {
    const band = [
      { session: 'a', low: 1, high: 2 },
      { session: 'not on the scale', low: 0, high: 9 },
      { session: 'b', low: 3, high: 5 },
    ];
    const xOf = (session: string): number | null => ({ a: 10, b: 20 })[session] ?? null;
    expect(outline(band, xOf, (price) => -price)).toEqual([
      [10, -2],
      [20, -5],
      [20, -3],
      [10, -1],
    ]);
  });
});
