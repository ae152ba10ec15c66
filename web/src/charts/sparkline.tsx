import { type ReactElement } from 'react';
import { extent, linear, path } from './scale';

const WIDTH = 112;
const HEIGHT = 26;

/** The course of some closes, without an axis: for a row of a table that says the numbers. */
export function Sparkline({ values }: { values: readonly number[] }): ReactElement | null {
  const span = extent(values);
  if (!span || values.length < 2) return null;
  const x = linear([0, values.length - 1], [1, WIDTH - 3]);
  const y = linear(span, [HEIGHT - 2, 2]);
  const last = values.length - 1;
  return (
    <svg className="sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={path(values.map((value, index) => [x(index), y(value)]))} />
      <circle cx={x(last)} cy={y(values[last] ?? 0)} r="1.8" />
    </svg>
  );
}

/** A 90 % interval and its median as changes from the close, on a scale that all rows of a table share; the tick is no change. */
export function IntervalPlot({
  low,
  median,
  high,
  reach,
}: {
  low: number;
  median: number;
  high: number;
  /** The change at either end of the scale. */
  reach: number;
}): ReactElement {
  const x = linear([-reach, reach], [4, 156]);
  const within = (change: number): number => x(Math.max(-reach, Math.min(reach, change)));
  return (
    <svg className="interval-plot" viewBox="0 0 160 22" width="160" height="22" aria-hidden="true">
      <line className="zero" x1={x(0)} x2={x(0)} y1="2" y2="20" />
      <rect x={within(low)} width={Math.max(1, within(high) - within(low))} y="7.5" height="7" rx="3.5" />
      <circle cx={within(median)} cy="11" r="3.2" />
    </svg>
  );
}
