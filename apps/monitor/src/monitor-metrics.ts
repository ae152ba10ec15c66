import { type Row, type TableDefinition, tables } from '@closing-bell/warehouse';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How the forecasts that served have fared at one horizon, over all symbols. */
export interface HorizonRecord {
  readonly horizon: number;
  readonly forecasts: number;
  /** Share of outcomes inside the 90 % interval. */
  readonly coverage: number;
  /** 1 − CRPS ÷ CRPS of “tomorrow = today”. */
  readonly skill: number;
}

/** What the monitor counts and measures: the warehouse, and what stands in it. No label is a symbol: there may be thousands. */
export class MonitorMetrics {
  readonly warehouseSeconds: Histogram<'operation'>;
  readonly warehouseFailures: Counter<'operation'>;
  readonly openDeadLetters: Gauge;
  readonly forecastClose: Gauge;
  private readonly rows: Counter<'table'>;
  private readonly driftAlarms: Counter<'test'>;
  private readonly scored: Gauge<'horizon'>;
  private readonly coverage: Gauge<'horizon'>;
  private readonly skill: Gauge<'horizon'>;

  /** @param marketClose the latest close of the exchange that is past */
  constructor(registry: Registry, marketClose: () => Date) {
    const registers = [registry];
    this.warehouseSeconds = new Histogram({
      name: 'closing_bell_warehouse_seconds',
      help: 'Time that the warehouse took, by operation: insert or query.',
      labelNames: ['operation'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 120],
      registers,
    });
    this.warehouseFailures = new Counter({
      name: 'closing_bell_warehouse_failures_total',
      help: 'What the warehouse did not do, by operation: insert or query.',
      labelNames: ['operation'],
      registers,
    });
    this.rows = new Counter({
      name: 'closing_bell_warehouse_rows_total',
      help: 'Rows that were written, by table: outcomes are matured forecasts. A row that was there already counts again.',
      labelNames: ['table'],
      registers,
    });
    this.driftAlarms = new Counter({
      name: 'closing_bell_drift_alarms_total',
      help: 'Columns of symbols that alarmed, by the test that did, such as ks-distance.',
      labelNames: ['test'],
      registers,
    });
    this.openDeadLetters = new Gauge({
      name: 'closing_bell_dead_letters_open',
      help: 'Dead letters that nobody has sent again.',
      registers,
    });
    this.forecastClose = new Gauge({
      name: 'closing_bell_forecast_close_timestamp_seconds',
      help: 'Close of the latest session from which there is a forecast or an abstention; 0 where there is none at all.',
      registers,
    });
    // Unknown until the warehouse has answered; 0 would be an alarm.
    for (const gauge of [this.openDeadLetters, this.forecastClose]) gauge.set(NaN);
    new Gauge({
      name: 'closing_bell_market_close_timestamp_seconds',
      help: 'The latest close of the exchange, by its calendar.',
      registers,
      collect() {
        this.set(marketClose().getTime() / 1000);
      },
    });
    this.scored = new Gauge({
      name: 'closing_bell_forecasts_scored',
      help: 'Served forecasts of all symbols that matured in the 90 days up to the latest outcome, by horizon.',
      labelNames: ['horizon'],
      registers,
    });
    this.coverage = new Gauge({
      name: 'closing_bell_forecast_coverage_ratio',
      help: 'Share of their outcomes inside the 90 % interval.',
      labelNames: ['horizon'],
      registers,
    });
    this.skill = new Gauge({
      name: 'closing_bell_forecast_skill_ratio',
      help: '1 − their CRPS ÷ that of the naive forecast “tomorrow = today”: above 0 is better than naive.',
      labelNames: ['horizon'],
      registers,
    });
  }

  /** Counts rows that were written. */
  written<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): void {
    this.rows.inc({ table: table.name }, rows.length);
    if (table.name !== tables.driftScores.name) return;
    for (const { alarmed, test } of rows as readonly Row<typeof tables.driftScores>[]) {
      if (alarmed) this.driftAlarms.inc({ test });
    }
  }

  /** Shows how served forecasts fared. */
  fared(records: readonly HorizonRecord[]): void {
    for (const { horizon, forecasts, coverage, skill } of records) {
      const labels = { horizon: String(horizon) };
      this.scored.set(labels, forecasts);
      this.coverage.set(labels, coverage);
      this.skill.set(labels, skill);
    }
  }
}
