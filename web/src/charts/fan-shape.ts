import type { FanPoint } from '../../../apps/monitor/src/api/answers';

/** Lower and upper edge of an interval at one session, prices. */
export interface BandPoint {
  readonly session: string;
  readonly low: number;
  readonly high: number;
}

/** What is drawn of a forecast: everything starts at the close that it was made from. */
export interface FanShape {
  readonly band90: readonly BandPoint[];
  readonly band50: readonly BandPoint[];
  readonly median: readonly { readonly session: string; readonly price: number }[];
}

/** Both bands and the median of a forecast, from the close of its origin outwards. */
export function fanShape(originSession: string, originClose: number | null, points: readonly FanPoint[]): FanShape {
  const ordered = [...points].sort((a, b) => a.horizon - b.horizon);
  const start = originClose === null ? [] : [{ session: originSession, low: originClose, high: originClose }];
  return {
    band90: [
      ...start,
      ...ordered.map(({ targetSession, p05, p95 }) => ({ session: targetSession, low: p05, high: p95 })),
    ],
    band50: [
      ...start,
      ...ordered.map(({ targetSession, p25, p75 }) => ({ session: targetSession, low: p25, high: p75 })),
    ],
    median: [
      ...(originClose === null ? [] : [{ session: originSession, price: originClose }]),
      ...ordered.map(({ targetSession, point }) => ({ session: targetSession, price: point })),
    ],
  };
}

/**
 * Corners of a band as one closed outline: along the upper edge and back along the lower one. Sessions outside the chart's time
 * scale, or prices that it cannot place, are left out.
 */
export function outline(
  band: readonly BandPoint[],
  xOf: (session: string) => number | null,
  yOf: (price: number) => number | null,
): [number, number][] {
  const upper: [number, number][] = [];
  const lower: [number, number][] = [];
  for (const { session, low, high } of band) {
    const x = xOf(session);
    const top = yOf(high);
    const bottom = yOf(low);
    if (x === null || top === null || bottom === null) continue;
    upper.push([x, top]);
    lower.unshift([x, bottom]);
  }
  return [...upper, ...lower];
}
