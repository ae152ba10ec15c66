/** Arithmetic of axes. Nothing here knows of a page. */

/** Maps [from, to] onto [start, end]; a span of nothing onto the middle. */
export function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]) {
  const span = to - from;
  return (value: number): number => (span === 0 ? (start + end) / 2 : start + ((value - from) / span) * (end - start));
}

/** Round numbers within [from, to], about `wanted` of them. */
export function ticks(from: number, to: number, wanted: number): number[] {
  if (!(to > from) || wanted < 1) return [];
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((multiple) => multiple * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The span of all that is finite, with a margin on both sides; undefined where nothing is. */
export function extent(values: Iterable<number | null>, margin = 0.06): [number, number] | undefined {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least > most) return undefined;
  const room = (most - least || Math.abs(most) || 1) * margin;
  return [least - room, most + room];
}

/** SVG path through points; a null breaks the line. */
export function path(points: readonly (readonly [number, number] | null)[]): string {
  let drawn = '';
  let pen = 'M';
  for (const point of points) {
    if (!point) {
      pen = 'M';
      continue;
    }
    drawn += `${pen}${point[0].toFixed(1)},${point[1].toFixed(1)}`;
    pen = 'L';
  }
  return drawn;
}

/** Indices of a series at which dates are written: about `wanted`, evenly, the last always among them. */
export function spread(length: number, wanted: number): number[] {
  if (length === 0) return [];
  const step = Math.max(1, Math.ceil((length - 1) / Math.max(1, wanted)));
  const indices: number[] = [];
  for (let index = length - 1; index >= 0; index -= step) indices.unshift(index);
  return indices;
}
