import { Counter, Histogram, type Registry } from 'prom-client';

/** What the ingestor counts and measures. */
export class IngestorMetrics {
  readonly barsFetched: Counter<'source'>;
  readonly fetchSeconds: Histogram<'source'>;
  readonly failures: Counter<'source' | 'reason'>;
  readonly repairs: Counter<'rule'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.barsFetched = new Counter({
      name: 'closing_bell_bars_fetched_total',
      help: 'Rows that market-data sources answered.',
      labelNames: ['source'],
      registers,
    });
    this.fetchSeconds = new Histogram({
      name: 'closing_bell_fetch_seconds',
      help: 'Time that a fetch of one symbol’s bars took, failed ones included.',
      labelNames: ['source'],
      buckets: [0.01, 0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    });
    this.failures = new Counter({
      name: 'closing_bell_ingestion_failures_total',
      help: 'Ingestions that ended without usable bars, by reason, such as source-throttled, not-yet-published or unknown-symbol.',
      labelNames: ['source', 'reason'],
      registers,
    });
    this.repairs = new Counter({
      name: 'closing_bell_bar_repairs_total',
      help: 'Rows that cleaning repaired, by rule; each snapshot counts its whole history.',
      labelNames: ['rule'],
      registers,
    });
  }
}
