import { daysFrom } from '@closing-bell/market';
import { scoreForecast } from '@closing-bell/monitoring';
import { InBatches, tables, type Warehouse, WarehouseUnavailableError } from '@closing-bell/warehouse';
import { SPAN_DAYS } from './span-days';

/** A session of a symbol of which something new is known: its bar, or a forecast from it. */
interface News {
  readonly symbol: string;
  readonly session: string;
}

interface UnscoredForecast {
  readonly symbol: string;
  readonly origin_session: string;
  readonly horizon: number;
  readonly model_version: number;
  readonly target_session: string;
  readonly origin_close: number;
  readonly point: number;
  readonly quantiles: readonly number[];
  readonly p05: number;
  readonly p95: number;
  readonly actual_close: number;
}

/**
 * Scores forecasts against what happened. A forecast and the bar of its target session are recorded in any order; whichever comes
 * second finds the other here. A bar can mature only forecasts whose origin and target lie around it, and likewise a forecast: so a
 * warehouse that is split by months reads a few of them, not all. Many symbols that close at once share one query.
 */
export class Scorer {
  private readonly rounds: InBatches<News>;

  constructor(
    private readonly warehouse: Warehouse,
    private readonly now: () => string,
  ) {
    this.rounds = new InBatches(
      (batch) => this.scoreAll(batch),
      (error) => error instanceof WarehouseUnavailableError,
    );
  }

  /** Resolves when every forecast that the news matures has its score in the warehouse. */
  score({ symbol, session }: News): Promise<void> {
    return this.rounds.add({ symbol, session });
  }

  private async scoreAll(news: readonly News[]): Promise<void> {
    const sessions = news.map(({ session }) => session).sort();
    const matured = await this.warehouse.query<UnscoredForecast>(
      `SELECT f.symbol, f.origin_session, f.horizon, f.model_version, f.target_session, f.origin_close, f.point, f.quantiles,
              f.p05, f.p95, b.close AS actual_close
       FROM forecasts f
       JOIN bars b ON b.symbol = f.symbol AND b.session = f.target_session
       LEFT JOIN outcomes o ON o.symbol = f.symbol AND o.origin_session = f.origin_session AND o.horizon = f.horizon
         AND o.model_version = f.model_version AND o.target_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
       WHERE f.symbol IN (SELECT * FROM UNNEST(@symbols)) AND o.symbol IS NULL
         AND f.origin_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         AND f.target_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         AND b.session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
       ORDER BY f.symbol, f.origin_session, f.horizon, f.model_version`,
      {
        symbols: [...new Set(news.map(({ symbol }) => symbol))].sort(),
        from: daysFrom(sessions[0] ?? '', -SPAN_DAYS),
        to: daysFrom(sessions.at(-1) ?? '', SPAN_DAYS),
      },
    );
    const recordedAt = this.now();
    await this.warehouse.insert(
      tables.outcomes,
      matured.map((forecast) => {
        const { symbol, origin_session, horizon, model_version, target_session, actual_close } = forecast;
        const score = scoreForecast({
          originClose: forecast.origin_close,
          point: forecast.point,
          quantiles: forecast.quantiles,
          p05: forecast.p05,
          p95: forecast.p95,
          actualClose: actual_close,
        });
        return {
          symbol,
          origin_session,
          horizon,
          model_version,
          target_session,
          actual_close,
          error: score.error,
          naive_error: score.naiveError,
          crps: score.crps,
          naive_crps: score.naiveCrps,
          inside_90: score.inside90,
          recorded_at: recordedAt,
        };
      }),
    );
  }
}
