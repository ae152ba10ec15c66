import { type ReactElement } from 'react';
import { useWidth } from '../components/browser';
import { number } from '../format';
import { linear } from './scale';

const HEIGHT = 128;
const BOTTOM = 18;

/** How a column is distributed in two windows: the reference as an outline, the current one filled. */
export function Histogram({
  label,
  edges,
  reference,
  current,
}: {
  label: string;
  edges: readonly number[];
  reference: readonly number[];
  current: readonly number[];
}): ReactElement {
  const [attach, width] = useWidth<HTMLDivElement>();
  // Outer bins may reach to infinity: bins are drawn equally wide, their edges written below.
  const x = linear([0, Math.max(1, current.length)], [0, width]);
  const y = linear([0, Math.max(...reference, ...current, 1e-9)], [HEIGHT - BOTTOM, 6]);
  const steps = reference.map((share, bin) => `L${x(bin)},${y(share)}L${x(bin + 1)},${y(share)}`).join('');
  const written = [1, Math.floor(edges.length / 2), edges.length - 2].filter((bin, at, all) => all.indexOf(bin) === at);
  return (
    <div className="histogram" ref={attach}>
      <svg width={width} height={HEIGHT} role="img" aria-label={label}>
        {current.map((share, bin) => (
          <rect
            key={bin}
            x={x(bin) + 0.5}
            width={Math.max(0, x(bin + 1) - x(bin) - 1)}
            y={y(share)}
            height={HEIGHT - BOTTOM - y(share)}
          />
        ))}
        <path d={`M0,${y(0)}${steps}L${width},${y(0)}`} />
        {written.map((bin) => (
          <text key={bin} x={x(bin)} y={HEIGHT - 4} textAnchor="middle">
            {number(edges[bin] ?? null)}
          </text>
        ))}
      </svg>
    </div>
  );
}
