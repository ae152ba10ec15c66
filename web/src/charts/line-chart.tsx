import { type PointerEvent, type ReactElement, useState } from 'react';
import { useWidth } from '../components/browser';
import { day, dayOfYear } from '../format';
import { extent, linear, path, spread, ticks } from './scale';

export interface LineSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly tone: 'accent' | 'ink' | 'muted';
  /** A line to be compared with rather than read. */
  readonly dashed?: boolean;
}

export interface Mark {
  readonly index: number;
  readonly value: number;
  readonly label: string;
}

const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 20;

/** Lines over sessions, with a readout of the session under the pointer. */
export function LineChart({
  label,
  sessions,
  series,
  marks = [],
  format,
  axis = format,
  height = 200,
  within,
  chosen,
  onChoose,
}: {
  /** What it shows, in a sentence: all that who cannot see it hears. */
  label: string;
  sessions: readonly string[];
  series: readonly LineSeries[];
  /** Sessions of note, as triangles. */
  marks?: readonly Mark[];
  format: (value: number | null) => string;
  /** How a tick is written; as any value otherwise. */
  axis?: (value: number) => string;
  height?: number;
  /** Values that are always in sight. */
  within?: readonly number[];
  chosen?: string | undefined;
  onChoose?: (session: string) => void;
}): ReactElement {
  const [attach, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<number>();
  const last = sessions.length - 1;
  const span = extent([...series.flatMap(({ values }) => values), ...(within ?? [])]) ?? [0, 1];
  const x = linear([0, Math.max(1, last)], [LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const y = linear(span, [height - BOTTOM, TOP]);
  const shown = Math.min(pointed ?? last, last);
  const indexAt = (event: PointerEvent<SVGSVGElement>): number => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.max(0, Math.min(last, Math.round(((at - LEFT) / Math.max(1, width - RIGHT - LEFT)) * last)));
  };
  const chosenIndex = chosen === undefined ? -1 : sessions.indexOf(chosen);

  return (
    <div className="line-chart" ref={attach}>
      <p className="readout" aria-hidden="true">
        <span className="at">{day(sessions[shown])}</span>
        {series.map(({ name, values, tone, dashed }) => (
          <span key={name}>
            <i className={`swatch tone-${tone}${dashed ? ' dashed' : ''}`} />
            {name} <b>{format(values[shown] ?? null)}</b>
          </span>
        ))}
      </p>
      {width === 0 ? (
        <div style={{ height }} />
      ) : (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={label}
          className={onChoose ? 'choosable' : undefined}
          onPointerMove={(event) => setPointed(indexAt(event))}
          onPointerLeave={() => setPointed(undefined)}
          onClick={() => {
            const session = pointed === undefined ? undefined : sessions[pointed];
            if (session !== undefined) onChoose?.(session);
          }}
        >
          {ticks(span[0], span[1], height / 45).map((value) => (
            <g key={value} className="grid">
              <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 8} y={y(value) + 3.5} textAnchor="end">
                {axis(value)}
              </text>
            </g>
          ))}
          {spread(sessions.length, width / 110).map((index) => (
            <text
              key={index}
              className="date"
              x={x(index)}
              y={height - 4}
              textAnchor={index === last ? 'end' : 'middle'}
            >
              {dayOfYear(sessions[index] ?? '')}
            </text>
          ))}
          {chosenIndex < 0 ? null : (
            <line className="chosen" x1={x(chosenIndex)} x2={x(chosenIndex)} y1={TOP} y2={height - BOTTOM} />
          )}
          {pointed === undefined ? null : (
            <line className="pointed" x1={x(shown)} x2={x(shown)} y1={TOP} y2={height - BOTTOM} />
          )}
          {series.map(({ name, values, tone, dashed }) => (
            <path
              key={name}
              className={`line tone-${tone}${dashed ? ' dashed' : ''}`}
              d={path(values.map((value, index) => (value === null ? null : [x(index), y(value)])))}
            />
          ))}
          {marks.map(({ index, value, label: says }) => (
            <path key={`${index} ${says}`} className="mark" d={`M${x(index) - 3.5},${y(value) - 9}h7l-3.5,6z`}>
              <title>{`${day(sessions[index])}: ${says}`}</title>
            </path>
          ))}
          {pointed === undefined
            ? null
            : series.map(({ name, values, tone }) => {
                const value = values[shown] ?? null;
                return value === null ? null : (
                  <circle key={name} className={`dot tone-${tone}`} cx={x(shown)} cy={y(value)} r="3" />
                );
              })}
        </svg>
      )}
    </div>
  );
}
