import { type ModelReady } from '@closing-bell/contracts';
import { closingBellFeatures, computeFeatures, featureSetHash, scaleFreeFeatures } from '@closing-bell/features';
import {
  asServed,
  type ForecastAnswer,
  type History,
  historyUntil,
  latestForecast,
  loadForecaster,
  referenceBaseline,
} from '@closing-bell/forecasting';
import { alarmsOf, driftScores, type NextSessionForecast, performanceScores } from '@closing-bell/monitoring';
import { openObjectStore } from '@closing-bell/storage';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { servedForecaster } from '../src/served-forecaster';
import { CALENDAR, market, otherAfter, sessionAt, SmallServices, smallTraining } from './fixtures/small-services';

const ROWS = 930;
const FIRST = 880;
const LAST = 919;
/** Sessions after which the market is three times as volatile, so that drift is found. */
const CRASH = 895;

/** A market that turns wild, with the features that the services compute. */
function wildMarket(seed: number, crash = CRASH, powerOf: (sessions: number) => number = () => 5): History {
  let close = 100;
  const calm = market(ROWS, seed).bars;
  const bars = calm.map((bar, row) => {
    const previous = calm[row - 1]?.close ?? bar.open;
    const power = row > crash ? powerOf(row - crash) : 1;
    const at = (price: number): number => close * (price / previous) ** power;
    const moved = { ...bar, open: at(bar.open), high: at(bar.high), low: at(bar.low), close: at(bar.close) };
    close = moved.close;
    return moved;
  });
  return { bars, features: computeFeatures(bars, closingBellFeatures) };
}

const eager = { retrainAfterSessions: 15, pauseSessions: 5, driftPauseSessions: 5 };
const history = wildMarket(3);
const rowsBetween = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function trainingOf() {
  const { training, tasks } = await smallTraining();
  return { training: { ...training, featureNames: scaleFreeFeatures.features.map(({ name }) => name) }, tasks };
}

/** What `served` says from each row, and the decisions behind it. */
async function served(
  about: History,
  first = FIRST,
  last = LAST,
  policy = eager,
): Promise<{ answers: ForecastAnswer[]; decisions: ModelReady[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-served-'));
  const decisions: ModelReady[] = [];
  try {
    const forecaster = await servedForecaster({
      tested: [{ symbol: '^GSPC', history: about }],
      from: sessionAt(first),
      to: sessionAt(last),
      exchange: 'XNYS',
      calendar: CALENDAR,
      featureSet: closingBellFeatures,
      policy,
      training: (await trainingOf()).training,
      objects: openObjectStore(pathToFileURL(folder).href),
      onDecision: (made) => decisions.push(made),
    });
    return { answers: forecaster.forecasts(about, rowsBetween(first, last)), decisions };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same, decided and forecast close by close as the services do. */
async function closeByClose(
  history: History,
  rows: readonly number[],
  policy = eager,
): Promise<Awaited<ReturnType<typeof served>>> {
  const { training } = await trainingOf();
  const services = new SmallServices(history, training, { policy });
  const hash = { featureSetHash: featureSetHash(closingBellFeatures) };
  const decisions: ModelReady[] = [];
  const answers: ForecastAnswer[] = [];
  const forecasts: NextSessionForecast[] = [];
  const keep = (row: number, modelVersion: number, answer: ForecastAnswer): void => {
    const isKept = forecasts.some((one) => one.originSession === sessionAt(row) && one.modelVersion === modelVersion);
    if (answer.outcome !== 'forecast' || isKept) return;
    const originClose = history.bars[row]?.close ?? NaN;
    // Levels are k/40.
    const at = (k: number): number => originClose * Math.exp(answer.quantiles[0]?.[k - 1] ?? NaN);
    forecasts.push({
      originSession: sessionAt(row),
      targetSession: sessionAt(row + 1),
      modelVersion,
      originClose,
      p05: at(2),
      p25: at(10),
      point: at(20),
      p75: at(30),
      p95: at(38),
    });
  };
  try {
    for (const row of rows) {
      const known = historyUntil(history, row);
      const forecastOf = async (made: ModelReady): Promise<ForecastAnswer> => {
        decisions.push(made);
        const files = made.model && (await services.registry.load(made.model.artifact));
        return latestForecast(asServed(files ? await loadForecaster(files) : referenceBaseline, CALENDAR), known);
      };
      let answer = await forecastOf(await services.decide(row, hash));
      const modelVersion = decisions.at(-1)?.model?.version ?? 0;
      const columns = alarmsOf([
        ...driftScores(known.bars),
        ...performanceScores(forecasts, { modelVersion, bars: known.bars }),
      ]);
      keep(row, modelVersion, answer);
      if (columns.length > 0 && answer.outcome === 'forecast') {
        answer = await forecastOf(await services.decide(row, { ...hash, trigger: 'drift-detected', columns }));
        keep(row, decisions.at(-1)?.model?.version ?? 0, answer);
      }
      answers.push(answer);
    }
  } finally {
    services.remove();
  }
  return { answers, decisions };
}

/** Without what names a place. */
const said = ({ session, trigger, decision, reasons, model }: ModelReady) => ({
  session,
  trigger,
  decision,
  reasons,
  version: model?.version,
});

describe('the forecaster that the services would have served', () => {
  let plain: Awaited<ReturnType<typeof served>>;
  beforeAll(async () => {
    plain = await served(history);
  });

  it('says at each session what deciding and forecasting close by close says', async () => {
    const { answers, decisions } = await closeByClose(history, rowsBetween(FIRST, LAST));
    expect(plain.decisions.map(said)).toEqual(decisions.map(said));
    expect(plain.answers).toEqual(answers);
    // What makes the comparison worth something: trainings, drift and more than one version that served.
    expect(decisions.some(({ trigger }) => trigger === 'drift-detected')).toBe(true);
    expect(new Set(decisions.map(({ model }) => model?.version)).size).toBeGreaterThan(1);
    expect(answers.every(({ outcome }) => outcome === 'forecast')).toBe(true);
  });

  it('finds the forecasts that have gone bad at the same sessions, too', async () => {
    // One version serves throughout, and a market that grows wilder from day to day leaves it behind.
    const short = wildMarket(3, 640, (sessions) => (sessions > 14 ? 1 : 1.35 ** sessions));
    const [first, last] = [618, 654];
    const seldom = { retrainAfterSessions: 100, pauseSessions: 100, driftPauseSessions: 100 };
    const expected = await closeByClose(short, rowsBetween(first, last), seldom);
    const actual = await served(short, first, last, seldom);
    expect(actual.decisions.map(said)).toEqual(expected.decisions.map(said));
    expect(actual.answers).toEqual(expected.answers);
    const bad = actual.decisions.filter(({ reasons }) => reasons.some(({ code }) => code === 'performance'));
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.every(({ session, trigger }) => session > sessionAt(640) && trigger === 'drift-detected')).toBe(true);
  });

  it('decides and forecasts nothing else up to a session when all after it is other', async () => {
    const cut = CRASH + 6;
    const { bars } = otherAfter(history, cut);
    const poisoned = await served({ bars, features: computeFeatures(bars, closingBellFeatures) });
    const until = ({ session }: ModelReady): boolean => session <= sessionAt(cut);
    expect(poisoned.decisions.filter(until).map(said)).toEqual(plain.decisions.filter(until).map(said));
    expect(poisoned.answers.slice(0, cut - FIRST + 1)).toEqual(plain.answers.slice(0, cut - FIRST + 1));
    expect(poisoned.answers.at(-1)).not.toEqual(plain.answers.at(-1));
  });

  it('refuses a history that it was not led through', async () => {
    const forecaster = await servedForecaster({
      tested: [],
      from: sessionAt(FIRST),
      to: sessionAt(LAST),
      exchange: 'XNYS',
      calendar: CALENDAR,
      featureSet: closingBellFeatures,
      policy: eager,
      training: (await trainingOf()).training,
      objects: openObjectStore(pathToFileURL(tmpdir()).href),
    });
    expect(() => forecaster.forecasts(history, [FIRST])).toThrow('was not led through');
  });
});
