/**
 * Measures the drift rules: how often they alarm where nothing changes, how soon where something does. Simulated series, the built-in
 * S&P 500 index, and single stocks where ../shared/data has them. Writes docs/benchmarks/drift.md.
 */
import { driftScores, evidentlyDrift } from '@closing-bell/monitoring';
import { writeFileSync } from 'node:fs';
import { ofBaseline, ofSimulated } from './performance-alarm';
import { type DatedBar, indexBars, stockBars } from './real-series';
import { type Change, changes, type Process, processes, simulate, type SimulatedBar } from './simulated-series';

/** The rules in the order of the tables' columns. */
const RULES = [
  'calibrated, all it measures',
  'calibrated, two weeks alone',
  'Evidently’s default, 504 / 10',
  'Evidently’s default, 504 / 60',
] as const;

const OUTPUT = 'docs/benchmarks/drift.md';
/** Bars that the longest of the windows takes. */
const WINDOW = 504 + 60 + 1;
const SERIES = 100;
const SESSIONS = 50;
const CHANGED_SERIES = 60;
/** Series of a process begin at this seed, one after another. */
const SEED = 1;
const WATCHED = 60;
const CRASH = '2020-02-20';
const SOON = 5;
const LAST_BEFORE_CRASH = '2019-12-31';

/** Whether any watched column alarms as of the last bar, rule by rule. */
function alarms(bars: readonly SimulatedBar[]): boolean[] {
  const scores = driftScores(bars);
  return [
    scores.some(({ alarmed }) => alarmed),
    scores.some(({ alarmed, test }) => alarmed && test === 'ks-distance'),
    (evidentlyDrift(bars)?.columns ?? []).some(({ drifted }) => drifted),
    (evidentlyDrift(bars, 60)?.columns ?? []).some(({ drifted }) => drifted),
  ];
}

interface Alarms {
  readonly session: string;
  /** By rule. */
  readonly alarmed: readonly boolean[];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const asOf = <T>(bars: readonly T[], end: number): readonly T[] => bars.slice(Math.max(0, end - WINDOW), end);

/** Of all sessions of all series, the share in which each rule alarms. */
function falseAlarmRates(process: Process): number[] {
  const found = range(SERIES).flatMap((series) => {
    const bars = simulate(process, SEED + series, WINDOW + SESSIONS - 1);
    return range(SESSIONS).map((session) => alarms(asOf(bars, WINDOW + session)));
  });
  return RULES.map((_, rule) => found.filter((alarmed) => alarmed[rule]).length / found.length);
}

/** How soon each rule finds a change; the session of the change counts as the first. */
function detections(process: Process, change: Change): string[] {
  const found = range(CHANGED_SERIES).map((series) => {
    const bars = simulate(process, SEED + series, WINDOW + WATCHED, change, WATCHED);
    const sessions = range(WATCHED).map((session) => alarms(asOf(bars, WINDOW + session + 1)));
    return RULES.map((_, rule) => firstOf(sessions, rule) + 1);
  });
  return RULES.map((_, rule) => {
    const delays = found.map((each) => each[rule] ?? Infinity).sort((a, b) => a - b);
    const within = (limit: number) => percent(delays.filter((delay) => delay <= limit).length / delays.length);
    const middle = delays[Math.floor(delays.length / 2)] ?? Infinity;
    return `${within(10)} · ${within(WATCHED)} · ${middle === Infinity ? 'none' : middle}`;
  });
}

function firstOf(sessions: readonly (readonly boolean[])[], rule: number): number {
  const first = sessions.findIndex((alarmed) => alarmed[rule]);
  return first < 0 ? Infinity : first;
}

/** What each rule says of each session of a span. */
function alarmsBetween(bars: readonly DatedBar[], from: string, to: string): Alarms[] {
  return bars.flatMap(({ session }, index) =>
    index + 1 >= WINDOW && session >= from && session <= to
      ? [{ session, alarmed: alarms(asOf(bars, index + 1)) }]
      : [],
  );
}

/** Sessions after {@link CRASH} until each rule's first alarm since; Infinity where there was none until the middle of April. */
function crashDelays(bars: readonly DatedBar[]): number[] {
  const sessions = alarmsBetween(bars, CRASH, '2020-04-17').map(({ alarmed }) => alarmed);
  return RULES.map((_, rule) => firstOf(sessions, rule));
}

function sessionsOf(found: readonly Alarms[], rule: number): string[] {
  return found.filter(({ alarmed }) => alarmed[rule]).map(({ session }) => session);
}

function mostInAMonth(sessions: readonly string[]): number {
  const months = new Map<string, number>();
  for (const session of sessions) months.set(session.slice(0, 7), (months.get(session.slice(0, 7)) ?? 0) + 1);
  return Math.max(0, ...months.values());
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

async function main(): Promise<void> {
  const index = await indexBars();
  const lines = [
    '<!-- Written by `make bench-drift`. Do not edit. -->',
    '',
    '# Drift rules, measured',
    '',
    'A rule alarms where any of its columns does; columns are log returns and log ranges of the day, reference windows 504 sessions.',
    'The calibrated rule measures both over two weeks and returns over one, too. Evidently’s default is its K-S test at p ≤ .05; it is',
    'recorded beside the calibrated rule and never alarms.',
    '',
    '## Nothing changes',
    '',
    `Share of sessions with an alarm: ${SERIES} series of ${SESSIONS} sessions a process, seeds from ${SEED} on; daily deviation 1 %, GARCH with α .09, β .9.`,
    '',
    ...table(
      ['process', ...RULES],
      processes.map((process) => [process.name, ...falseAlarmRates(process).map(percent)]),
    ),
    '## Something changes',
    '',
    `${CHANGED_SERIES} series: with an alarm within 10 sessions of the change · within ${WATCHED} · median sessions until it (the session of the change is 1).`,
    'False alarms count, too, and over sixty sessions they come to much.',
    '',
    ...table(
      ['process', 'change', ...RULES],
      processes.flatMap((process) =>
        changes.map((change) => [process.name, change.name, ...detections(process, change)]),
      ),
    ),
    ...ofIndex(index),
    ...ofStocks(stockBars()),
    ...ofForecasts(index),
  ];
  writeFileSync(OUTPUT, lines.join('\n'));
  process.stdout.write(`${lines.join('\n')}\n${OUTPUT}\n`);
}

function ofIndex(bars: readonly DatedBar[]): string[] {
  const calm = alarmsBetween(bars, '2017-01-01', '2017-12-31');
  const decade = alarmsBetween(bars, '2010-01-01', '2019-12-31');
  return [
    '## S&P 500 index, the built-in sample',
    '',
    ...table(
      ['', ...RULES],
      [
        [`sessions after ${CRASH} until the first alarm`, ...crashDelays(bars).map(String)],
        [
          'alarms in 2017 · most in a month',
          ...RULES.map((_, rule) => `${sessionsOf(calm, rule).length} · ${mostInAMonth(sessionsOf(calm, rule))}`),
        ],
        [
          'sessions of 2010–2019 with an alarm',
          ...RULES.map((_, rule) => percent(sessionsOf(decade, rule).length / decade.length)),
        ],
      ],
    ),
  ];
}

/** The other rule that alarms, which looks at forecasts rather than at the data. */
function ofForecasts(index: readonly DatedBar[]): string[] {
  const { falseAlarms, delays } = ofSimulated();
  const within = (limit: number) => percent(delays.filter((delay) => delay <= limit).length / delays.length);
  const decade = ofBaseline(index, '2010-01-01', LAST_BEFORE_CRASH);
  const crash = ofBaseline(index, CRASH, '2020-04-17');
  const sessions = index.filter(({ session }) => session >= '2010-01-01' && session <= LAST_BEFORE_CRASH).length;
  const since = index.filter(({ session }) => session > CRASH && session <= (crash[0] ?? '')).length;
  return [
    '## The performance alarm',
    '',
    'It looks at the last sixty matured forecasts of the next session: too many outside the 90 % interval for chance (p < .001), or a quantile',
    'loss above that of “tomorrow = today”. The simulated forecasts say the truth of independent normal returns, until the volatility doubles. On the index',
    'the forecaster is the last year’s quantiles, which serve where no model does.',
    '',
    ...table(
      ['', 'performance alarm'],
      [
        ['sessions with an alarm while the forecasts are right', `${(100 * falseAlarms).toFixed(2)} %`],
        [
          'with an alarm within 10 sessions of the volatility’s doubling · within 20 · median sessions until it',
          `${within(10)} · ${within(20)} · ${delays[Math.floor(delays.length / 2)]}`,
        ],
        ['index: sessions of 2010–2019 with an alarm', percent(decade.length / sessions)],
        [
          'index: alarms in 2017 · most in a month',
          `${decade.filter((session) => session.startsWith('2017')).length} · ${mostInAMonth(decade.filter((session) => session.startsWith('2017')))}`,
        ],
        [`index: sessions after ${CRASH} until the first alarm`, crash.length === 0 ? 'none' : String(since)],
      ],
    ),
  ];
}

function ofStocks(stocks: readonly (readonly DatedBar[])[]): string[] {
  if (stocks.length === 0) return ['Single stocks are not measured: ../shared/data is not there.', ''];
  const crash = stocks.map(crashDelays);
  const calm = stocks.map((bars) => alarmsBetween(bars, '2017-01-01', '2017-12-31'));
  return [
    `## ${stocks.length} stocks`,
    '',
    ...table(
      ['', ...RULES],
      [
        [
          `with an alarm within ${SOON} sessions of ${CRASH} · median sessions until it`,
          ...RULES.map((_, rule) => {
            const delays = crash.map((each) => each[rule] ?? Infinity).sort((a, b) => a - b);
            return `${percent(delays.filter((delay) => delay <= SOON).length / delays.length)} · ${delays[Math.floor(delays.length / 2)]}`;
          }),
        ],
        [
          'alarms a month and stock in 2017 · stocks with more than one in some month',
          ...RULES.map((_, rule) => {
            const sessions = calm.map((found) => sessionsOf(found, rule));
            const total = sessions.reduce((sum, each) => sum + each.length, 0);
            return `${(total / stocks.length / 12).toFixed(2)} · ${sessions.filter((each) => mostInAMonth(each) > 1).length}`;
          }),
        ],
      ],
    ),
  ];
}

void main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
