import { FAN_LEVELS, type FanSample } from '../evaluation/fan-sample';
import { PIT_BINS } from '../evaluation/probability-integral-transform';
import { type Scores } from '../evaluation/summarise';
import { type BacktestResult, COVERAGE_SESSIONS, fieldOf, methodOf } from './backtest-result';
import { type Markup, markup } from './markup';
import {
  area,
  type Axis,
  axisOver,
  bar,
  countedAxis,
  drawLines,
  horizontal,
  legendOf,
  type Line,
  plot,
  type Scale,
  shade,
} from './plot';
import { fixed, listOf, percent, signedPercent } from './wording';

/** Forecasters with less skill than this at some horizon would flatten every other line. */
const SHOWN_SKILL = -0.15;

const BASELINE_STYLE = 1;
const horizonAxis = countedAxis(
  0.7,
  10.3,
  'horizon, sessions',
  Array.from({ length: 10 }, (_, index) => ({ at: index + 1, label: String(index + 1) })),
);
const wholePercent = (share: number): string => percent(share, Number.isInteger(Math.round(share * 1e6) / 1e4) ? 0 : 1);

/** Line styles of forecasters: the headline's is the first, the baseline's the second; seeds of a method share theirs. */
function stylesOf({ evaluation, subject }: BacktestResult): (forecaster: string) => number {
  const others = fieldOf(evaluation)
    .map(({ forecaster }) => methodOf(forecaster))
    .filter((method) => method !== methodOf(subject.headline) && method !== evaluation.baseline.forecaster);
  const methods = [...new Set(others)];
  return (forecaster) => {
    if (forecaster === evaluation.baseline.forecaster) return BASELINE_STYLE;
    const position = methods.indexOf(methodOf(forecaster));
    return position < 0 ? 0 : 2 + (position % 6);
  };
}

/** Skill of every forecaster by horizon; the zero line is the reference baseline. */
export function skillByHorizon(result: BacktestResult): Markup {
  const { baseline } = result.evaluation;
  const styleOf = stylesOf(result);
  const others = fieldOf(result.evaluation).filter(({ forecaster }) => forecaster !== baseline.forecaster);
  const shown = others.filter(({ horizons }) => horizons.every((one) => one.skillOverBaseline >= SHOWN_SKILL));
  const lines = shown.map(({ forecaster, horizons }): Line => ({
    name: forecaster,
    style: styleOf(forecaster),
    dotted: true,
    points: horizons.map((one) => [one.horizon, one.skillOverBaseline]),
  }));
  const left = others.filter((one) => !shown.includes(one)).map(({ forecaster }) => forecaster);
  const note = left.length === 0 ? '' : ` Below ${wholePercent(SHOWN_SKILL)} and not drawn: ${listOf(left)}.`;
  return markup`<div>${plot({
    id: 'skill-by-horizon',
    title: `CRPS skill over ${baseline.forecaster} by horizon`,
    description: `${shown.map((one) => `${one.forecaster}: ${spanOf(one, (horizon) => signedPercent(horizon.skillOverBaseline))}`).join('; ')}.${note}`,
    x: horizonAxis,
    y: axisOver(
      shown.flatMap(({ horizons }) => horizons.map((one) => one.skillOverBaseline)),
      'skill',
      wholePercent,
      { from: 0, to: 0.02 },
    ),
    marks: (x, y) => [horizontal(0, y), ...drawLines(lines, x, y)],
    legend: legendOf(lines),
  })}${note === '' ? '' : markup`<p class="muted">${note.trim()}</p>`}</div>`;
}

/** Coverage of the 90 % interval by horizon. */
export function coverageByHorizon(result: BacktestResult): Markup {
  const styleOf = stylesOf(result);
  const shown = fieldOf(result.evaluation).filter(({ horizons }) => horizons.some((one) => one.coverage90 > 0.5));
  const lines = shown.map(({ forecaster, horizons }): Line => ({
    name: forecaster,
    style: styleOf(forecaster),
    dotted: true,
    points: horizons.map((one) => [one.horizon, one.coverage90]),
  }));
  return plot({
    id: 'coverage-by-horizon',
    title: 'Coverage of the 90 % interval by horizon',
    description: `Nominal is 90 %. ${shown.map((one) => `${one.forecaster}: ${spanOf(one, (horizon) => percent(horizon.coverage90))}`).join('; ')}.`,
    x: horizonAxis,
    y: axisOver(
      shown.flatMap(({ horizons }) => horizons.map((one) => one.coverage90)),
      'covered',
      wholePercent,
      { from: 0.85, to: 0.95 },
    ),
    marks: (x, y) => [horizontal(0.9, y), ...drawLines(lines, x, y)],
    legend: legendOf(lines),
  });
}

function spanOf(scores: Scores, say: (horizon: Scores['horizons'][number]) => string): string {
  return scores.horizons
    .filter(({ horizon }) => [1, 5, 10].includes(horizon))
    .map((one) => `${say(one)} at h = ${one.horizon}`)
    .join(', ');
}

/** Coverage of the headline's 90 % interval as time goes on. */
export function coverageOverTime({ coveragePath, subject, window }: BacktestResult): Markup {
  const { sessions, horizons, forecasters } = coveragePath;
  const covered = forecasters.find(({ forecaster }) => forecaster === subject.headline)?.covered ?? [];
  if (sessions.length < 2) {
    return markup`<p>Fewer than ${COVERAGE_SESSIONS + 1} sessions were scored: too few to follow coverage over time.</p>`;
  }
  const lines = horizons.map((horizon, index): Line => ({
    name: `h = ${horizon}`,
    style: [0, 2, 3][index] ?? 0,
    points: (covered[index] ?? []).map((share, at) => [at, share]),
  }));
  const lowest = horizons.map((horizon, index) => `${percent(Math.min(...(covered[index] ?? [])))} at h = ${horizon}`);
  const first = window ? sessions.findIndex((session) => session >= window.from) : -1;
  const last = window ? sessions.findLastIndex((session) => session <= window.to) : -1;
  return plot({
    id: 'coverage-over-time',
    title: `Coverage of the 90 % interval over the latest ${COVERAGE_SESSIONS} origins, ${subject.headline}`,
    description: `From ${sessions[0]} to ${sessions.at(-1)}. Nominal is 90 %; the lowest is ${listOf(lowest)}.${window ? ` Shaded: ${window.name}, ${window.from} to ${window.to}.` : ''}`,
    x: countedAxis(0, sessions.length - 1, 'last origin of the span', timeTicks(sessions)),
    y: axisOver(covered.flat(), 'covered', wholePercent, { from: 0.8, to: 1 }),
    marks: (x, y) => [
      ...(first >= 0 && last > first ? [shade(first, last, x)] : []),
      horizontal(0.9, y),
      ...drawLines(lines, x, y),
    ],
    legend: legendOf(lines),
  });
}

/** Up to six evenly chosen sessions, named by year and month. */
function timeTicks(sessions: readonly string[]): Axis['ticks'] {
  const count = Math.min(6, sessions.length);
  const positions = Array.from({ length: count }, (_, index) =>
    Math.round(((index + 0.5) / count) * (sessions.length - 1)),
  );
  return [...new Set(positions)].map((at) => ({ at, label: (sessions[at] ?? '').slice(0, 7) }));
}

/** PIT histograms of the headline at three horizons. */
export function pitHistograms({ calibration, subject }: BacktestResult): Markup {
  const pit = calibration.find(({ forecaster }) => forecaster === subject.headline)?.pit ?? [];
  return markup`${[1, 5, 10].map((horizon) => {
    const bins = pit[horizon - 1] ?? [];
    return plot({
      id: `pit-${horizon}`,
      title: `PIT of ${subject.headline}, h = ${horizon}`,
      description: `Share of outcomes in each twentieth of the forecast distribution; 5 % each would be calibrated. Lowest twentieth ${percent(bins[0] ?? 0)}, highest ${percent(bins.at(-1) ?? 0)}.`,
      x: countedAxis(
        0,
        1,
        'level of the outcome',
        [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: String(at) })),
      ),
      y: axisOver(bins, 'share of outcomes', wholePercent, { from: 0, to: 0.1 }),
      marks: (x, y) => [
        ...bins.map((share, bin) => bar((bin + 0.08) / PIT_BINS, (bin + 0.92) / PIT_BINS, 0, share, x, y)),
        horizontal(1 / PIT_BINS, y),
      ],
    });
  })}`;
}

/** The headline's forecasts from a few origins beside what happened. */
export function fanCharts({ fans, subject }: BacktestResult): Markup {
  return markup`${fans.map((fan, index) => fanChart(fan, subject.headline, `fan-${index}`))}`;
}

function fanChart({ symbol, origin, before, after, forecasts }: FanSample, headline: string, id: string): Markup {
  const prices = forecasts.find(({ forecaster }) => forecaster === headline)?.prices ?? [];
  const close = before.at(-1)?.close ?? NaN;
  const closes = [...before, ...after].map((one, index) => [index - before.length + 1, one.close] as const);
  const curve = (level: number): (readonly [number, number])[] => [
    [0, close],
    ...prices.map((row, index) => [index + 1, row[level] ?? NaN] as const),
  ];
  const band = (kind: 'band-wide' | 'band-narrow', low: number, high: number, x: Scale, y: Scale): Markup =>
    area(
      curve(low).map(([at, value], index) => ({ at, low: value, high: curve(high)[index]?.[1] ?? NaN })),
      kind,
      x,
      y,
    );
  const inside = after.filter(
    (one, index) =>
      (prices[index]?.[0] ?? NaN) <= one.close && one.close <= (prices[index]?.[FAN_LEVELS.length - 1] ?? NaN),
  ).length;
  const digits = close >= 100 ? 0 : 2;
  return plot({
    id,
    title: `${symbol} from ${origin}`,
    description: `Forecast by ${headline} from a close of ${fixed(close, 2)}: median after ten sessions ${fixed(prices[9]?.[2] ?? null, 2)}, 90 % interval ${fixed(prices[9]?.[0] ?? null, 2)} to ${fixed(prices[9]?.[4] ?? null, 2)}; it closed at ${fixed(after[9]?.close ?? null, 2)}. ${inside} of ten closes were within the interval.`,
    x: countedAxis(
      1 - before.length,
      10,
      'sessions from the origin',
      [-20, -10, 0, 5, 10]
        .filter((at) => at > -before.length)
        .map((at) => ({ at, label: String(at).replace('-', '−') })),
    ),
    y: axisOver([...closes.map(([, value]) => value), ...prices.flat()], 'price', (value) => fixed(value, digits)),
    marks: (x, y) => [
      band('band-wide', 0, 4, x, y),
      band('band-narrow', 1, 3, x, y),
      ...drawLines([{ name: 'median', style: 0, points: curve(2) }], x, y),
      markup`<polyline class="closes" points="${closes.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>`,
      ...closes
        .slice(-10)
        .map(([at, value]) => markup`<circle class="happened" cx="${x(at)}" cy="${y(value)}" r="2.6"/>`),
    ],
  });
}

/** Skill by year, as far as it can be drawn beside the others. */
export function skillByYear(result: BacktestResult): Markup {
  const { years, evaluation, subject } = result;
  const styleOf = stylesOf(result);
  const skillOf = (forecaster: string): number[] =>
    years.map(({ scores }) => scores.find((one) => one.forecaster === forecaster)?.skillOverBaseline ?? NaN);
  const lines = fieldOf(evaluation)
    .filter(({ forecaster }) => forecaster !== evaluation.baseline.forecaster)
    .map(({ forecaster }): Line => ({
      name: forecaster,
      style: styleOf(forecaster),
      dotted: true,
      points: skillOf(forecaster).map((skill, index) => [index, skill]),
    }))
    .filter(({ points }) => points.every(([, skill]) => skill >= SHOWN_SKILL));
  return plot({
    id: 'skill-by-year',
    title: `CRPS skill over ${evaluation.baseline.forecaster} by year of the origin`,
    description: `${subject.headline}: ${years.map(({ name }, index) => `${name} ${signedPercent(skillOf(subject.headline)[index] ?? 0)}`).join(', ')}.`,
    x: countedAxis(
      -0.3,
      years.length - 0.7,
      'year',
      years.map(({ name }, at) => ({ at, label: name })),
    ),
    y: axisOver(
      lines.flatMap(({ points }) => points.map(([, skill]) => skill)),
      'skill',
      wholePercent,
      { from: 0, to: 0.02 },
    ),
    marks: (x, y) => [horizontal(0, y), ...drawLines(lines, x, y)],
    legend: legendOf(lines),
  });
}

/** Skill of the headline on every symbol, sorted. */
export function skillBySymbol({ bySymbol, evaluation, subject }: BacktestResult): Markup {
  const sorted = bySymbol
    .map(({ name, scores }) => ({
      name,
      skill: scores.find(({ forecaster }) => forecaster === subject.headline)?.skillOverBaseline ?? 0,
    }))
    .sort((a, b) => b.skill - a.skill);
  const positive = sorted.filter(({ skill }) => skill > 0).length;
  const ends = [...sorted.slice(0, 3), ...sorted.slice(3).slice(-3)].map(
    ({ name, skill }) => `${name} ${signedPercent(skill)}`,
  );
  const gap = sorted.length > 100 ? 0 : 0.1;
  return markup`${plot({
    id: 'skill-by-symbol',
    title: `CRPS skill of ${subject.headline} over ${evaluation.baseline.forecaster} by symbol`,
    description: `${positive} of ${sorted.length} symbols are positive. The best and the worst: ${ends.join(', ')}.`,
    x: countedAxis(0, sorted.length, 'symbols, best first', [{ at: positive, label: `${positive} positive` }]),
    y: axisOver(
      sorted.map(({ skill }) => skill),
      'skill',
      wholePercent,
      { from: 0, to: 0.02 },
    ),
    marks: (x, y) => [
      ...sorted.map(({ skill }, index) => bar(index + gap, index + 1 - gap, 0, skill, x, y)),
      horizontal(0, y),
    ],
  })}<p class="muted">The best and the worst: ${ends.join(', ')}.</p>`;
}
