import {
  area,
  axisOver,
  countedAxis,
  dataTable,
  drawLines,
  fixed,
  horizontal,
  legendOf,
  type Markup,
  markup,
  percent,
  plot,
  reportPage,
  section,
  signedPercent,
  textTable,
} from '@closing-bell/forecasting';
import { type MonitoringReport, type ReportedDistribution, type ReportedScore } from './monitoring-report';

/** What a 90 % interval promises. */
const NOMINAL = 0.9;
const WINDOWS = [
  { name: 'reference', style: 1 },
  { name: 'current', style: 2 },
] as const;
const RULES: Readonly<Record<string, string>> = {
  calibrated: 'The calibrated rule: alarms above the threshold',
  performance: 'The served forecasts: alarms above the threshold',
  'evidently-default': 'Evidently’s default: shown beside them, never alarms',
};

/** A report as one HTML page that needs nothing else. The same report gives the same bytes. */
export function monitoringPage(report: MonitoringReport): string {
  const { symbol, session } = report;
  return reportPage(
    `${symbol}, close of ${session}: drift and performance`,
    markup`All that was known at the close of ${session}, and nothing later. Each number stands beside its baseline.`,
    markup`${section('verdict', 'What this says', verdict(report))}
${section('forecast', 'The forecast', forecast(report))}
${section('performance', 'How matured forecasts fared', performance(report))}
${section('drift', 'Drift', drift(report))}
${section('quality', 'Data quality', quality(report))}
${section('decisions', 'Decisions on the model', decisions(report))}`,
  );
}

function verdict({ scores, quality, performance, decisions }: MonitoringReport): Markup {
  const alarms = scores.filter(({ alarmed }) => alarmed);
  const broken = quality.filter(({ passed }) => !passed);
  const [first] = performance;
  const sentences = [
    alarms.length === 0
      ? 'Nothing alarms.'
      : `Alarms: ${alarms.map(({ column, test, score, threshold }) => `${column} by ${test} is ${fixed(score, 3)}, above ${fixed(threshold, 3)}`).join('; ')}.`,
    broken.length === 0
      ? 'Every check of the data passed.'
      : `Of the data: ${broken.map(({ check, detail }) => `${check}: ${detail}`).join(' ')}`,
    first === undefined
      ? 'No forecast had matured.'
      : `Of ${first.forecasts} forecasts of the next session, ${percent(first.coverage90)} held in their 90 % interval; by CRPS they were ${signedPercent(first.skill)} better than “tomorrow = today”.`,
    ...decisions.map(
      ({ decision, modelVersion, trigger }) =>
        `The trainer, asked by ${trigger}: ${decision}, version ${modelVersion}.`,
    ),
  ];
  return markup`<ul class="findings">${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
}

function forecast({ forecast, session }: MonitoringReport): Markup {
  if (!forecast) return markup`<p>There is no forecast from ${session}.</p>`;
  const { forecaster, originClose, points } = forecast;
  const price = (value: number): string => fixed(value, 2);
  const fan = plot({
    id: 'fan',
    title: `Ten sessions from ${session}, by ${forecaster}`,
    description: `Median ${price(points.at(-1)?.point ?? NaN)} at the tenth session, 90 % interval ${price(points.at(-1)?.p05 ?? NaN)} to ${price(points.at(-1)?.p95 ?? NaN)}; “tomorrow = today” says ${price(originClose)}.`,
    x: countedAxis(
      0,
      points.length,
      'sessions ahead',
      points.map(({ horizon }) => ({ at: horizon, label: String(horizon) })),
    ),
    y: axisOver([originClose, ...points.flatMap(({ p05, p95 }) => [p05, p95])], 'close', (value) => fixed(value, 0)),
    marks: (x, y) => {
      const start = { at: 0, low: originClose, high: originClose };
      return [
        area(
          [start, ...points.map(({ horizon, p05, p95 }) => ({ at: horizon, low: p05, high: p95 }))],
          'band-wide',
          x,
          y,
        ),
        area(
          [start, ...points.map(({ horizon, p25, p75 }) => ({ at: horizon, low: p25, high: p75 }))],
          'band-narrow',
          x,
          y,
        ),
        ...drawLines(
          [
            {
              name: 'median',
              style: 0,
              points: [[0, originClose], ...points.map(({ horizon, point }) => [horizon, point] as const)],
            },
          ],
          x,
          y,
        ),
        horizontal(originClose, y),
      ];
    },
    legend: markup`<p class="muted">Coloured: median, 50 % and 90 % interval. Dashed: “tomorrow = today”.</p>`,
  });
  const table = dataTable(
    `Prices by ${forecaster}, beside “tomorrow = today”`,
    'session',
    ['median', '5 %', '25 %', '75 %', '95 %', '“tomorrow = today”'].map((name) => ({ name })),
    [
      {
        rows: points.map(({ targetSession, point, p05, p25, p75, p95 }) => ({
          name: targetSession,
          cells: [point, p05, p25, p75, p95, originClose].map(price),
        })),
      },
    ],
  );
  return markup`<div class="plots">${fan}</div>${table}`;
}

function performance({ performance, rolling, window }: MonitoringReport): Markup {
  if (performance.length === 0) return markup`<p>No forecast had matured by then.</p>`;
  const last = rolling.length;
  const middle = Math.floor(last / 2);
  const ticks = [...new Set([0, middle, last - 1])].flatMap((at) => {
    const there = rolling[at];
    return there ? [{ at, label: there.session }] : [];
  });
  const x = countedAxis(0, last - 1, 'session', ticks);
  const over = (name: string, valueOf: (one: (typeof rolling)[number]) => number) => ({
    name,
    style: 0,
    points: rolling.map((one, at) => [at, valueOf(one)] as const),
  });
  const whole = (value: number): string => percent(value, 0);
  const plots =
    last < 2
      ? ''
      : markup`<div class="plots">${plot({
          id: 'coverage',
          title: `Coverage of the 90 % interval, one session ahead, last ${window}`,
          description: `From ${percent(rolling[0]?.coverage90 ?? null)} to ${percent(rolling.at(-1)?.coverage90 ?? null)}; 90 % would be right.`,
          x,
          y: axisOver(
            rolling.map(({ coverage90 }) => coverage90),
            'held',
            whole,
            { to: 1 },
          ),
          marks: (toX, toY) => [
            horizontal(NOMINAL, toY),
            ...drawLines([over('coverage', ({ coverage90 }) => coverage90)], toX, toY),
          ],
        })}${plot({
          id: 'skill',
          title: `CRPS skill beside “tomorrow = today”, last ${window}`,
          description: `From ${signedPercent(rolling[0]?.skill ?? 0)} to ${signedPercent(rolling.at(-1)?.skill ?? 0)}; 0 is as good as “tomorrow = today”.`,
          x,
          y: axisOver(
            rolling.map(({ skill }) => skill),
            'skill',
            whole,
            { from: 0 },
          ),
          marks: (toX, toY) => [horizontal(0, toY), ...drawLines([over('skill', ({ skill }) => skill)], toX, toY)],
        })}</div>`;
  const table = dataTable(
    'Forecasts that had matured, each beside “tomorrow = today”',
    'sessions ahead',
    [
      { name: 'matured' },
      { name: 'mean absolute error', columns: ['forecast', 'naive'] },
      { name: 'CRPS × 100', columns: ['forecast', 'naive', 'skill'] },
      { name: '90 % interval held' },
    ],
    [
      {
        rows: performance.map(({ horizon, forecasts, mae, naiveMae, crps, naiveCrps, skill, coverage90 }) => ({
          name: String(horizon),
          cells: [
            String(forecasts),
            fixed(mae, 2),
            fixed(naiveMae, 2),
            fixed(100 * crps, 3),
            fixed(100 * naiveCrps, 3),
            signedPercent(skill),
            percent(coverage90),
          ],
        })),
      },
    ],
  );
  return markup`${plots}${table}`;
}

function drift({ scores, distributions }: MonitoringReport): Markup {
  if (scores.length === 0) return markup`<p>The history is too short to measure drift.</p>`;
  const of = (rule: string): readonly ReportedScore[] => scores.filter((score) => score.rule === rule);
  const table = dataTable(
    'Scores by rule',
    'what is watched',
    ['test', 'score', 'threshold', 'says', 'alarms'].map((name) => ({ name })),
    Object.entries(RULES).flatMap(([rule, name]) =>
      of(rule).length === 0
        ? []
        : [
            {
              name,
              rows: of(rule).map(({ column, test, score, threshold, drifted, alarmed }) => ({
                name: column,
                cells: [
                  test,
                  fixed(score, 3),
                  fixed(threshold, 3),
                  drifted ? 'moved' : 'as before',
                  alarmed ? 'yes' : 'no',
                ],
                emphasised: alarmed,
              })),
            },
          ],
    ),
  );
  return markup`${table}<div class="plots">${distributions.map(distributionPlot)}</div>`;
}

/** Both windows as outlines of their histograms. */
function distributionPlot(
  { column, reference, current, edges, referenceShares, currentShares }: ReportedDistribution,
  index: number,
): Markup {
  const lines = WINDOWS.map(({ name, style }, which) => ({
    name: `${name}: ${(which === 0 ? reference : current).from} to ${(which === 0 ? reference : current).to}`,
    style,
    points: outline(edges, which === 0 ? referenceShares : currentShares),
  }));
  const format = (value: number): string => percent(value, 0);
  return plot({
    id: `distribution-${index}`,
    title: `${column}: ${current.sessions} sessions beside ${reference.sessions}`,
    description: `Share of the sessions in each bin, from ${percent(edges[0] ?? null)} to ${percent(edges.at(-1) ?? null)}.`,
    x: axisOver([...edges], column, format),
    y: axisOver([...referenceShares, ...currentShares], 'share of sessions', format, { from: 0 }),
    marks: (x, y) => drawLines(lines, x, y),
    legend: legendOf(lines),
  });
}

function outline(edges: readonly number[], shares: readonly number[]): (readonly [number, number])[] {
  const steps = shares.flatMap((share, bin): (readonly [number, number])[] => [
    [edges[bin] ?? NaN, share],
    [edges[bin + 1] ?? NaN, share],
  ]);
  return [[edges[0] ?? NaN, 0], ...steps, [edges.at(-1) ?? NaN, 0]];
}

function quality({ quality }: MonitoringReport): Markup {
  return textTable(
    'Checks of bars and features',
    ['check', 'result', 'what was found'],
    quality.map(({ check, passed, detail }) => [check, passed ? 'passed' : 'failed', detail]),
  );
}

function decisions({ decisions }: MonitoringReport): Markup {
  if (decisions.length === 0) return markup`<p>None is recorded.</p>`;
  return markup`${decisions.map(
    ({ trigger, decision, modelVersion, reasons }) =>
      markup`<p>Asked by <code>${trigger}</code>: <strong>${decision}</strong>, version ${modelVersion}.</p>
<ul class="findings">${reasons.map(({ code, detail }) => markup`<li><code>${code}</code> ${detail}</li>`)}</ul>
`,
  )}`;
}
