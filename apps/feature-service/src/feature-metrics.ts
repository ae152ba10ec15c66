import { Counter, Histogram, type Registry } from 'prom-client';

/** What the feature service counts and measures. */
export class FeatureMetrics {
  readonly seconds: Histogram;
  readonly rows: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.seconds = new Histogram({
      name: 'closing_bell_feature_seconds',
      help: 'Time that the computation of one symbol’s features took.',
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.rows = new Counter({
      name: 'closing_bell_feature_rows_total',
      help: 'Rows of the feature tables that were stored.',
      registers,
    });
  }
}
