import { type Markup, markup } from './markup';

const WIDTH = 480;
const HEIGHT = 270;
const LEFT = 68;
const RIGHT = 468;
const TOP = 12;
const BOTTOM = 222;

/** Line styles that the page's style sheet tells apart. */
const STYLES = 8;

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** A linear axis in data units. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly ticks: readonly Tick[];
}

/** Data units to the picture's. */
export type Scale = (value: number) => number;

/** A line with a name; points that are not finite numbers are left out. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which of the line styles; the remainder after eight. */
  readonly style: number;
  /** Whether each point is marked. */
  readonly dotted?: boolean;
}

/** A picture with axes. id: unique in the page; description: what a reader who cannot see it should know. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: (x: Scale, y: Scale) => readonly Markup[];
  /** Below the picture. */
  readonly legend?: Markup;
}

/** Draws a plot as a figure with an inline SVG that scales with the page. */
export function plot({ id, title, description, x, y, marks, legend }: Plot): Markup {
  const xOf: Scale = (value) => round(LEFT + ((value - x.from) / (x.to - x.from)) * (RIGHT - LEFT));
  const yOf: Scale = (value) => round(BOTTOM - ((value - y.from) / (y.to - y.from)) * (BOTTOM - TOP));
  return markup`<figure>
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
<g class="grid">${y.ticks.map(({ at }) => markup`<line x1="${LEFT}" x2="${RIGHT}" y1="${yOf(at)}" y2="${yOf(at)}"/>`)}</g>
${marks(xOf, yOf)}
<g class="ticks">${y.ticks.map(({ at, label }) => markup`<text x="${LEFT - 6}" y="${yOf(at) + 4}" text-anchor="end">${label}</text>`)}${x.ticks.map(({ at, label }) => markup`<text x="${xOf(at)}" y="${BOTTOM + 18}" text-anchor="middle">${label}</text>`)}
<text x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${x.label}</text>
<text x="13" y="${(TOP + BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 13 ${(TOP + BOTTOM) / 2})">${y.label}</text></g>
</svg>${legend ?? ''}</figure>
`;
}

/** Draws lines; the style sheet tells them apart by colour and by dashes. */
export function drawLines(lines: readonly Line[], x: Scale, y: Scale): Markup[] {
  return lines.map(({ points, style, dotted }) => {
    const drawn = points
      .filter((point) => point.every(Number.isFinite))
      .map(([at, value]) => [x(at), y(value)] as const);
    const path = drawn.map(([at, value]) => `${at},${value}`).join(' ');
    const dots = dotted
      ? drawn.map(([at, value]) => markup`<circle class="${styleOf(style)}" cx="${at}" cy="${value}" r="3"/>`)
      : [];
    return markup`<polyline class="line ${styleOf(style)}" points="${path}"/>${dots}`;
  });
}

/** Names of lines beside a sample of each. */
export function legendOf(lines: readonly Pick<Line, 'name' | 'style'>[]): Markup {
  return markup`<ul class="legend">${lines.map(
    ({ name, style }) =>
      markup`<li><svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><line class="line ${styleOf(style)}" x1="0" x2="28" y1="4" y2="4"/></svg>${name}</li>`,
  )}</ul>`;
}

/** A line across the whole plot, such as a nominal level. */
export function horizontal(at: number, y: Scale): Markup {
  return markup`<line class="reference" x1="${LEFT}" x2="${RIGHT}" y1="${y(at)}" y2="${y(at)}"/>`;
}

/** A line from the bottom to the top of the plot, such as a chosen moment. */
export function vertical(at: number, x: Scale): Markup {
  return markup`<line class="reference" x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${BOTTOM}"/>`;
}

/** A bar between two heights. */
export function bar(from: number, to: number, low: number, high: number, x: Scale, y: Scale): Markup {
  const [top, bottom] = [Math.min(y(low), y(high)), Math.max(y(low), y(high))];
  return markup`<rect class="bar" x="${x(from)}" width="${round(x(to) - x(from))}" y="${top}" height="${round(bottom - top)}"/>`;
}

/** A shaded span of the x axis. */
export function shade(from: number, to: number, x: Scale): Markup {
  return markup`<rect class="shade" x="${x(from)}" width="${round(x(to) - x(from))}" y="${TOP}" height="${BOTTOM - TOP}"/>`;
}

/** An area between two curves over the same x. */
export function area(
  points: readonly { readonly at: number; readonly low: number; readonly high: number }[],
  kind: 'band-wide' | 'band-narrow',
  x: Scale,
  y: Scale,
): Markup {
  const there = points.map(({ at, high }) => `${x(at)},${y(high)}`);
  const back = points.map(({ at, low }) => `${x(at)},${y(low)}`).reverse();
  return markup`<polygon class="${kind}" points="${[...there, ...back].join(' ')}"/>`;
}

/** An axis that holds all values, with round numbers at its ticks. */
export function axisOver(
  values: readonly number[],
  label: string,
  format: (value: number) => string,
  limits: { readonly from?: number; readonly to?: number } = {},
): Axis {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite, limits.from ?? Infinity);
  const high = Math.max(...finite, limits.to ?? -Infinity);
  const reach = high - low || Math.abs(high) || 1;
  const rough = reach / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return {
    from: first * step,
    to: last * step,
    label,
    ticks: Array.from({ length: last - first + 1 }, (_, index) => {
      const at = (first + index) * step;
      return { at, label: format(at) };
    }),
  };
}

/** An axis of whole numbers with some of them named. */
export function countedAxis(from: number, to: number, label: string, ticks: readonly Tick[]): Axis {
  return { from, to: to > from ? to : from + 1, label, ticks };
}

function styleOf(style: number): string {
  return `s${style % STYLES}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
