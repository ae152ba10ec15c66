import { Counter, Histogram, type Registry } from 'prom-client';

/** What the predictor counts and measures. */
export class PredictorMetrics {
  readonly forecasts: Counter<'outcome' | 'forecaster'>;
  readonly seconds: Histogram;
  readonly modelCacheRequests: Counter<'result'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.forecasts = new Counter({
      name: 'closing_bell_forecasts_total',
      help: 'Forecasts by what made them; outcome: forecast or abstained. One that is said again counts again.',
      labelNames: ['outcome', 'forecaster'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'closing_bell_forecast_seconds',
      help: 'Time from a symbol’s history to its answer, the loading of the model included.',
      buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20],
      registers,
    });
    this.modelCacheRequests = new Counter({
      name: 'closing_bell_model_cache_requests_total',
      help: 'Models asked for; result: hit where it was loaded, miss where it had to be.',
      labelNames: ['result'],
      registers,
    });
  }
}
