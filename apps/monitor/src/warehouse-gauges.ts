import { daysFrom, type ExchangeCalendar } from '@closing-bell/market';
import { tables, type Row, type TableDefinition, type Warehouse } from '@closing-bell/warehouse';
import { type Logger } from 'pino';
import { COUNT_OF_OPEN_DEAD_LETTERS } from './api/dead-letters.queries';
import { type HorizonRecord, type MonitorMetrics } from './monitor-metrics';

/** Sixty sessions and the days between them. */
const WINDOW_DAYS = 90;
/** Rows of one close come over minutes; a query for each would cost more than it tells. */
const SOON_MILLISECONDS = 30_000;
/** Another instance may have written. */
const REGULARLY_MILLISECONDS = 15 * 60_000;

/** The tables of which a new row changes what is shown. */
const SHOWN = new Set<string>([tables.outcomes.name, tables.deadLetters.name, tables.redrives.name]);

export interface WarehouseGaugesDependencies {
  /** Asked, not watched: see {@link WarehouseGauges.written}. */
  readonly warehouse: Pick<Warehouse, 'query'>;
  readonly metrics: MonitorMetrics;
  readonly calendar: ExchangeCalendar;
  readonly logger: Logger;
  /** How long after a new row the warehouse is asked. */
  readonly soonMilliseconds?: number;
}

/**
 * Keeps the gauges that show what stands in the warehouse: how served forecasts fared, open dead letters, the latest forecast. Asked
 * for some time after new rows and every quarter of an hour, never by a scrape: BigQuery charges for each query.
 */
export class WarehouseGauges {
  private readonly regularly: NodeJS.Timeout;
  private soon: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly dependencies: WarehouseGaugesDependencies) {
    this.regularly = setInterval(() => this.read(), REGULARLY_MILLISECONDS).unref();
  }

  /** Reads what is there, or reads it again. */
  read(): void {
    if (this.stopped) return;
    // What is being read may have been asked for before the news came.
    if (this.reading) return this.readSoon();
    this.reading = this.refresh()
      .catch((error: unknown) => {
        if (this.stopped) return;
        this.dependencies.logger.warn({ err: error }, 'the metrics of what is in the warehouse are not up to date');
        this.readSoon();
      })
      .finally(() => (this.reading = undefined));
  }

  /** Takes note of rows that were written. */
  written<T extends TableDefinition>(table: T, rows: readonly Row<T>[]): void {
    const isAnswer =
      table.name === tables.events.name &&
      (rows as readonly Row<typeof tables.events>[]).some(({ topic }) => topic === 'forecast-made');
    if (isAnswer || SHOWN.has(table.name)) this.readSoon();
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.regularly);
    clearTimeout(this.soon);
    await this.reading;
  }

  private readSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.read();
    }, this.dependencies.soonMilliseconds ?? SOON_MILLISECONDS).unref();
  }

  private async refresh(): Promise<void> {
    const { metrics, warehouse, calendar } = this.dependencies;
    const [records, letters, answered] = await Promise.all([
      this.records(),
      warehouse.query<{ letters: number }>(COUNT_OF_OPEN_DEAD_LETTERS),
      warehouse.query<{ session: string | null }>(
        "SELECT MAX(session) AS session FROM events WHERE topic = 'forecast-made' AND exchange = @exchange",
        { exchange: calendar.exchange },
      ),
    ]);
    const session = answered[0]?.session ?? undefined;
    metrics.fared(records);
    metrics.openDeadLetters.set(letters[0]?.letters ?? 0);
    metrics.forecastClose.set(session === undefined ? 0 : calendar.closeOf(session).getTime() / 1000);
  }

  /** Of each origin the newest model version's forecast: the one that served. */
  private async records(): Promise<HorizonRecord[]> {
    const { warehouse } = this.dependencies;
    const [latest] = await warehouse.query<{ session: string | null }>(
      'SELECT MAX(target_session) AS session FROM outcomes',
    );
    if (!latest?.session) return [];
    return warehouse.query<HorizonRecord>(
      `SELECT horizon, COUNT(*) AS forecasts, AVG(CASE WHEN inside_90 THEN 1.0 ELSE 0.0 END) AS coverage,
              1 - SUM(crps) / NULLIF(SUM(naive_crps), 0) AS skill
       FROM (
         SELECT * FROM outcomes WHERE target_session >= CAST(@from AS DATE)
         QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session, horizon)) AS served
       GROUP BY horizon ORDER BY horizon`,
      { from: daysFrom(latest.session, -WINDOW_DAYS) },
    );
  }
}

/** The latest close of an exchange that is past. */
export function latestClose(calendar: ExchangeCalendar, now: Date): Date {
  // The exchange's date is at most a day away from that of UTC.
  let session = calendar.previousSession(new Date(now.getTime() + 2 * 86_400_000).toISOString().slice(0, 10));
  while (calendar.closeOf(session) > now) session = calendar.previousSession(session);
  return calendar.closeOf(session);
}
