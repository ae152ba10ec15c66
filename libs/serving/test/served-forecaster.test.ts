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
import { alarmsOf, driftScores } from '@closing-bell/monitoring';
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
function wildMarket(seed: number): History {
  let close = 100;
  const calm = market(ROWS, seed).bars;
  const bars = calm.map((bar, row) => {
    const previous = calm[row - 1]?.close ?? bar.open;
    const power = row > CRASH ? 5 : 1;
    const at = (price: number): number => close * (price / previous) ** power;
    const moved = { ...bar, open: at(bar.open), high: at(bar.high), low: at(bar.low), close: at(bar.close) };
    close = moved.close;
    return moved;
  });
  return { bars, features: computeFeatures(bars, closingBellFeatures) };
}

const policy = { retrainAfterSessions: 15, pauseSessions: 5 };
const history = wildMarket(3);
const rows = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);

async function trainingOf() {
  const { training, tasks } = await smallTraining();
  return { training: { ...training, featureNames: scaleFreeFeatures.features.map(({ name }) => name) }, tasks };
}

/** What `served` says from each row, and the decisions behind it. */
async function served(about: History): Promise<{ answers: ForecastAnswer[]; decisions: ModelReady[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-served-'));
  const decisions: ModelReady[] = [];
  try {
    const forecaster = await servedForecaster({
      tested: [{ symbol: '^GSPC', history: about }],
      from: sessionAt(FIRST),
      to: sessionAt(LAST),
      exchange: 'XNYS',
      calendar: CALENDAR,
      featureSet: closingBellFeatures,
      policy,
      training: (await trainingOf()).training,
      objects: openObjectStore(pathToFileURL(folder).href),
      onDecision: (made) => decisions.push(made),
    });
    return { answers: forecaster.forecasts(about, rows), decisions };
  } finally {
    rmSync(folder, { recursive: true });
  }
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
    const { training } = await trainingOf();
    const services = new SmallServices(history, training, { policy });
    const hash = { featureSetHash: featureSetHash(closingBellFeatures) };
    const decisions: ModelReady[] = [];
    const answers: ForecastAnswer[] = [];
    try {
      for (const row of rows) {
        const known = historyUntil(history, row);
        const forecastOf = async (made: ModelReady): Promise<ForecastAnswer> => {
          decisions.push(made);
          const files = made.model && (await services.registry.load(made.model.artifact));
          return latestForecast(asServed(files ? await loadForecaster(files) : referenceBaseline, CALENDAR), known);
        };
        let answer = await forecastOf(await services.decide(row, hash));
        const columns = alarmsOf(driftScores(known.bars));
        if (columns.length > 0 && answer.outcome === 'forecast') {
          answer = await forecastOf(await services.decide(row, { ...hash, trigger: 'drift-detected', columns }));
        }
        answers.push(answer);
      }
    } finally {
      services.remove();
    }
    expect(plain.decisions.map(said)).toEqual(decisions.map(said));
    expect(plain.answers).toEqual(answers);
    // What makes the comparison worth something: trainings, drift and more than one version that served.
    expect(decisions.some(({ trigger }) => trigger === 'drift-detected')).toBe(true);
    expect(new Set(decisions.map(({ model }) => model?.version)).size).toBeGreaterThan(1);
    expect(answers.every(({ outcome }) => outcome === 'forecast')).toBe(true);
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
      policy,
      training: (await trainingOf()).training,
      objects: openObjectStore(pathToFileURL(tmpdir()).href),
    });
    expect(() => forecaster.forecasts(history, [FIRST])).toThrow('was not led through');
  });
});
