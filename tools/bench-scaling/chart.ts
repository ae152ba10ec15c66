import { SERVICES, type ServiceName } from '@closing-bell/contracts';
import { type Point } from './simulation';

const WIDTH = 960;
const ROW = 104;
const TOP = 58;
const BOTTOM = 44;
const PLOT_HEIGHT = 74;
/** Where the two columns of plots begin and end. */
const COLUMNS = [
  { left: 168, right: 530 },
  { left: 606, right: 944 },
] as const;

interface Series {
  /** x in minutes. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour: string;
}

/**
 * Draws pods and backlog of each service over a close as an SVG file that stands by itself.
 *
 * @param title what is shown
 * @param untilSeconds where the axis of time ends
 */
export function drawClose(
  title: string,
  points: Readonly<Record<ServiceName, readonly Point[]>>,
  untilSeconds: number,
): string {
  const height = TOP + SERVICES.length * ROW + BOTTOM;
  const from = Math.ceil((points.monitor[0]?.at ?? 0) / 60);
  const to = Math.ceil(untilSeconds / 60);
  const rows = SERVICES.map((service, index) => {
    const shown = points[service].filter(({ at }) => at <= untilSeconds);
    const of = (value: (point: Point) => number) => shown.map((point) => [point.at / 60, value(point)] as const);
    const top = TOP + index * ROW;
    return [
      `<text x="8" y="${top + PLOT_HEIGHT / 2 + 4}" class="name">${service}</text>`,
      drawPlot(COLUMNS[0], top, from, to, [
        { points: of(({ placed }) => placed), colour: '#b9c7dd' },
        { points: of(({ ready }) => ready), colour: '#1f5fbf' },
      ]),
      drawPlot(COLUMNS[1], top, from, to, [{ points: of(({ backlog }) => backlog), colour: '#b4481e' }]),
    ].join('\n');
  });
  const bottom = TOP + SERVICES.length * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">
<style>text{font:12px system-ui,sans-serif;fill:#333}.name{font-weight:600}.head{font-weight:600;font-size:14px}.grid{stroke:#ddd}.now{stroke:#888;stroke-dasharray:3 3}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="8" y="20" class="head">${title}</text>
<text x="${COLUMNS[0].left}" y="44">pods: on a node (pale), taking messages (blue)</text>
<text x="${COLUMNS[1].left}" y="44">unacknowledged messages</text>
${rows.join('\n')}
${COLUMNS.map(({ left, right }) => drawMinutes(left, right, from, to, bottom)).join('\n')}
</svg>
`;
}

function drawPlot(
  { left, right }: { left: number; right: number },
  top: number,
  from: number,
  to: number,
  series: readonly Series[],
): string {
  const most = roundUp(Math.max(1, ...series.flatMap(({ points }) => points.map(([, y]) => y))));
  const x = (value: number): number => round(left + ((value - from) / (to - from)) * (right - left));
  const y = (value: number): number => round(top + PLOT_HEIGHT * (1 - value / most));
  const grid = [0, most].map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const areas = series.map(({ points, colour }) => {
    const [first] = points;
    const last = points.at(-1);
    if (!first || !last) return '';
    const steps = changesOf(points).map(([at, value]) => `H${x(at)}V${y(value)}`);
    return `<path d="M${x(Math.max(from, first[0]))},${y(0)}${steps.join('')}H${x(last[0])}V${y(0)}Z" fill="${colour}"/>`;
  });
  return [
    ...grid,
    ...areas,
    `<line class="now" x1="${x(0)}" x2="${x(0)}" y1="${top}" y2="${top + PLOT_HEIGHT}"/>`,
  ].join('\n');
}

function drawMinutes(left: number, right: number, from: number, to: number, bottom: number): string {
  const step = [5, 10, 20, 30, 60, 120].find((minutes) => (to - from) / minutes <= 8) ?? 240;
  const ticks: string[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const x = round(left + ((at - from) / (to - from)) * (right - left));
    ticks.push(`<text x="${x}" y="${bottom}" text-anchor="middle">${at}</text>`);
  }
  return `${ticks.join('')}<text x="${(left + right) / 2}" y="${bottom + 22}" text-anchor="middle">minutes after the scheduler’s message</text>`;
}

/** The points at which the value changes. */
function changesOf(points: Series['points']): Series['points'] {
  return points.filter(([, value], index) => index === 0 || value !== points[index - 1]?.[1]);
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / power) * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
