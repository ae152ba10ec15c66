import { type ModelReady, type Reference, type Trigger } from '@closing-bell/contracts';
import { type FeatureSet, featureSetHash } from '@closing-bell/features';
import {
  asServed,
  type Fold,
  type Forecaster,
  type History,
  historyUntil,
  latestForecast,
  loadForecaster,
  type NamedHistory,
  referenceBaseline,
  refitted,
} from '@closing-bell/forecasting';
import { type Bar, type ExchangeCalendar } from '@closing-bell/market';
import {
  alarmsOf,
  driftScores,
  nextSession,
  type NextSessionForecast,
  performanceScores,
} from '@closing-bell/monitoring';
import { LocalModelRegistry } from '@closing-bell/registry';
import { type ObjectStore } from '@closing-bell/storage';
import { type TrainingSettings } from './challenge';
import { DecisionLog } from './decision-log';
import { ModelDecisions, type ModelQuestion } from './model-decisions';
import { type RetrainPolicy } from './retrain-policy';

/** What the services are to be followed on. */
export interface ServedRequest {
  readonly tested: readonly NamedHistory[];
  /** First and last session whose close is decided on; the services start with the first, without any model. */
  readonly from: string;
  readonly to: string;
  readonly exchange: string;
  readonly calendar: ExchangeCalendar;
  readonly featureSet: FeatureSet;
  readonly policy: RetrainPolicy;
  readonly training: TrainingSettings;
  /** Where models and decisions are kept while it runs; empty at the start. */
  readonly objects: ObjectStore;
  readonly signal?: AbortSignal;
  /** Told of each decision. */
  readonly onDecision?: (made: ModelReady) => void;
}

const NEVER = new AbortController().signal;

/**
 * The forecaster `served`: from each session what the services would have served after its close, whose decisions, trainings
 * and alarms it goes through session by session. Replaying these closes on an empty registry gives the same forecasts, the
 * last of each close. It knows no other histories.
 */
export async function servedForecaster(request: ServedRequest): Promise<Forecaster> {
  // A history that is cut is known by its first bar.
  const bySymbol = new Map<Bar | undefined, Forecaster>();
  for (const named of request.tested) {
    bySymbol.set(named.history.bars[0], refitted('served', await foldsOf(named, request)));
  }
  return {
    name: 'served',
    forecasts: (history, origins) => {
      const forecaster = bySymbol.get(history.bars[0]);
      if (!forecaster) throw new Error('served was asked about a history whose closes it was not led through');
      return forecaster.forecasts(history, origins);
    },
  };
}

/** The versions that served a symbol, each from the session on after whose close it did. */
async function foldsOf({ symbol, history }: NamedHistory, request: ServedRequest): Promise<Fold[]> {
  const { from, to, exchange, calendar, featureSet, policy, training, objects, signal = NEVER, onDecision } = request;
  const rows = new Map(history.bars.map(({ session }, row) => [session, row]));
  const registry = new LocalModelRegistry(objects);
  const decisions = new ModelDecisions({
    historyOf: ({ session }) => Promise.resolve(historyUntil(history, rows.get(session) ?? -1)),
    registry,
    decisions: new DecisionLog(objects),
    calendarOf: () => calendar,
    policy,
    training,
    // What a backtest decided is not kept, and so not when.
    code: 'backtest',
    clock: () => new Date(0),
  });
  const hash = featureSetHash(featureSet);
  const folds: Fold[] = [];
  let serving = { version: 0, forecaster: asServed(referenceBaseline, calendar) };
  const decide = async (
    session: string,
    trigger: Trigger,
    columns?: NonNullable<ModelQuestion['columns']>,
  ): Promise<void> => {
    const question: ModelQuestion = {
      exchange,
      symbol,
      session,
      forceRetrain: false,
      trigger,
      bars: referenceOf(symbol, session, 'bars'),
      features: referenceOf(symbol, session, 'features'),
      featureSetHash: hash,
      ...(columns ? { columns } : {}),
    };
    const made = await decisions.decide(question, signal);
    onDecision?.(made);
    const version = made.model?.version ?? 0;
    if (version !== serving.version || folds.length === 0) {
      const chosen = made.model ? await loadForecaster(await registry.load(made.model.artifact)) : referenceBaseline;
      serving = { version, forecaster: asServed(chosen, calendar) };
      // What drift changes at a close replaces what the close began with.
      if (folds.at(-1)?.fittedAt === session) folds.pop();
      folds.push({ fittedAt: session, forecaster: serving.forecaster });
    }
  };
  // By origin and version, as the warehouse keeps them.
  const made = new Map<string, NextSessionForecast>();
  const forecast = (session: string, known: History): boolean => {
    const answer = latestForecast(serving.forecaster, known);
    if (answer.outcome !== 'forecast') return false;
    made.set(
      `${session} ${serving.version}`,
      nextSession(answer, { bars: known.bars, calendar, modelVersion: serving.version }),
    );
    return true;
  };
  for (const { session } of history.bars) {
    if (session < from || session > to) continue;
    signal.throwIfAborted();
    await decide(session, 'features-computed');
    const known = historyUntil(history, rows.get(session) ?? -1);
    if (!forecast(session, known)) continue;
    const { version } = serving;
    const scores = [
      ...driftScores(known.bars),
      ...performanceScores([...made.values()], { modelVersion: version, bars: known.bars }),
    ];
    const alarms = alarmsOf(scores);
    if (alarms.length === 0) continue;
    await decide(session, 'drift-detected', alarms);
    if (serving.version !== version) forecast(session, known);
  }
  return folds;
}

/** Nothing is stored of what a backtest reads; decisions are told apart by symbol and session. */
function referenceOf(symbol: string, session: string, what: string): Reference {
  return { uri: `backtest:${encodeURIComponent(symbol)}/${session}/${what}`, sha256: '0'.repeat(64) };
}
