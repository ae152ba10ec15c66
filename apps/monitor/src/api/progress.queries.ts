import { type Warehouse } from '@closing-bell/warehouse';
import { Inject, Injectable } from '@nestjs/common';
import { type CascadeProgress, type SymbolProgress } from './answers';
import { OPEN_DEAD_LETTERS } from './dead-letters.queries';
import { WAREHOUSE } from './exports.controller';
import { sumOf } from './run.queries';

interface StepCounts {
  readonly symbol: string;
  readonly session: string;
  readonly bars: number;
  readonly features: number;
  readonly decisions: number;
  readonly forecasts: number;
  readonly drift_forecasts: number;
  readonly alarms: number;
}

/** Where a cascade stands right now, for who waits for its end: asked of the warehouse itself, however often. */
@Injectable()
export class ProgressQueries {
  constructor(@Inject(WAREHOUSE) private readonly warehouse: Warehouse) {}

  async cascade(correlationId: string): Promise<CascadeProgress> {
    const [[close], failures] = await Promise.all([
      this.warehouse.query<{ session: string | null; detail: string }>(
        'SELECT session, detail FROM market_closes WHERE correlation_id = @correlationId',
        { correlationId },
      ),
      this.warehouse.query<{ subject: string; reason: string; detail: string; subscription: string }>(
        `SELECT subject, reason, detail, subscription FROM (${OPEN_DEAD_LETTERS}) AS open_letters
         WHERE correlation_id = @correlationId ORDER BY published_at`,
        { correlationId },
      ),
    ]);
    const reasons = new Map(
      failures.map(({ subject, detail, subscription }) => [subject, `${subscription}: ${detail}`]),
    );
    const steps = close?.session ? await this.stepsOf(correlationId, close.session) : [];
    return {
      correlationId,
      recorded: close !== undefined,
      session: close?.session ?? null,
      detail: close?.detail ?? '',
      symbols: steps.map((counts) => progressOf(counts, reasons.get(counts.symbol))),
    };
  }

  /** How far each symbol of a cascade came. Its session bounds what a warehouse that is split by months has to read. */
  private stepsOf(correlationId: string, session: string): Promise<StepCounts[]> {
    return this.warehouse.query(
      `SELECT e.symbol, e.session, e.bars, e.features, e.decisions, e.forecasts, e.drift_forecasts, COALESCE(s.alarms, 0) AS alarms
       FROM (
         SELECT symbol, session,
                ${sumOf("topic = 'bars-ingested'")} AS bars,
                ${sumOf("topic = 'features-computed'")} AS features,
                ${sumOf("topic = 'model-ready' AND trigger = 'features-computed'")} AS decisions,
                ${sumOf("topic = 'forecast-made' AND trigger = 'features-computed'")} AS forecasts,
                ${sumOf("topic = 'forecast-made' AND trigger = 'drift-detected'")} AS drift_forecasts
         FROM events
         WHERE session = CAST(@session AS DATE) AND correlation_id = @correlationId AND symbol IS NOT NULL
         GROUP BY symbol, session) e
       LEFT JOIN (
         SELECT symbol, COUNT(*) AS alarms FROM drift_scores WHERE session = CAST(@session AS DATE) AND alarmed GROUP BY symbol) s
         ON s.symbol = e.symbol
       ORDER BY e.symbol`,
      { correlationId, session },
    );
  }
}

function progressOf(counts: StepCounts, failure: string | undefined): SymbolProgress {
  const { symbol, session, bars, features, decisions, forecasts, drift_forecasts, alarms } = counts;
  const done = forecasts > 0 && (alarms === 0 || drift_forecasts > 0);
  const steps: [boolean, string][] = [
    [forecasts > 0, alarms > 0 && !done ? 'drift-detected' : 'forecast-made'],
    [decisions > 0, 'model-ready'],
    [features > 0, 'features-computed'],
    [bars > 0, 'bars-ingested'],
  ];
  const step = steps.find(([reached]) => reached)?.[1] ?? 'ingestion-requested';
  if (done) return { symbol, session, state: 'done', step, detail: '' };
  if (failure !== undefined) return { symbol, session, state: 'failed', step, detail: failure };
  return { symbol, session, state: 'running', step, detail: '' };
}
