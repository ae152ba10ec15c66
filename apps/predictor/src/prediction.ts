import { aboutOf, type ForecastMade, type ModelReady, PermanentError } from '@closing-bell/contracts';
import {
  asServed,
  encodeForecast,
  type ForecastAnswer,
  type Forecaster,
  type History,
  latestForecast,
  QUANTILE_LEVELS,
  referenceBaseline,
  toPrices,
} from '@closing-bell/forecasting';
import { type ExchangeCalendar } from '@closing-bell/market';
import { loadHistory } from '@closing-bell/serving';
import { keySegment, type ObjectStore, type SeriesStore, writeHashed } from '@closing-bell/storage';
import { inSpan } from '@closing-bell/tracing';
import { type ModelCache } from './model-cache';
import { type PredictorMetrics } from './predictor-metrics';

export interface PredictionDependencies {
  readonly objects: ObjectStore;
  readonly series: SeriesStore;
  readonly models: ModelCache;
  readonly metrics: PredictorMetrics;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
}

/** Forecasts with the model that was decided on, or with the baseline, and stores the forecast; or says why there is none. */
export class Prediction {
  constructor(private readonly dependencies: PredictionDependencies) {}

  async forecast(ready: ModelReady): Promise<ForecastMade> {
    const { exchange, symbol, session, trigger, bars, features, featureSetHash, model } = ready;
    const calendar = this.dependencies.calendarOf(exchange);
    const history = await loadHistory(this.dependencies.series, ready);
    const originClose = closeAt(history, session);
    const { metrics } = this.dependencies;
    const stop = metrics.seconds.startTimer();
    const { forecaster, answer } = await inSpan('forecast', {}, () => this.answerOf(ready, history, calendar));
    stop();
    metrics.forecasts.inc({ outcome: answer.outcome, forecaster });
    const said = { ...aboutOf(ready), trigger, bars, features, featureSetHash, ...(model ? { model } : {}) };
    if (answer.outcome === 'abstained') {
      return { ...said, outcome: 'abstained', abstention: answer.detail, abstentionCode: answer.code };
    }

    const targets = calendar.sessionsAfter(session, answer.quantiles.length);
    const file = encodeForecast({
      symbol,
      session,
      forecaster,
      modelVersion: model?.version ?? 0,
      originClose,
      levels: [...QUANTILE_LEVELS],
      horizons: toPrices(answer, originClose).map((forecast) => ({
        ...forecast,
        targetSession: targets[forecast.horizon - 1] ?? '',
      })),
    });
    const folder = `forecasts/${keySegment(symbol)}/${session}`;
    return {
      ...said,
      outcome: 'forecast',
      forecast: await writeHashed(this.dependencies.objects, folder, '.json', file),
    };
  }

  private async answerOf(
    { model }: ModelReady,
    history: History,
    calendar: ExchangeCalendar,
  ): Promise<{ forecaster: string; answer: ForecastAnswer }> {
    const answerBy = (forecaster: Forecaster) => ({
      forecaster: forecaster.name,
      answer: latestForecast(asServed(forecaster, calendar), history),
    });
    return model ? this.dependencies.models.with(model, answerBy) : answerBy(referenceBaseline);
  }
}

function closeAt({ bars }: History, session: string): number {
  const last = bars.at(-1);
  if (last?.session !== session) {
    throw new PermanentError(
      `The bars end at ${last?.session ?? 'nothing'}, not at the session ${session} that they were ingested for. Replay that close.`,
      { reason: 'misaligned-history', session },
    );
  }
  return last.close;
}
