import { daysFrom } from '@closing-bell/market';
import { type NextSessionForecast, PERFORMANCE_DAYS } from '@closing-bell/monitoring';
import { InBatches, type Warehouse, WarehouseUnavailableError } from '@closing-bell/warehouse';

/** Whose forecasts are asked for: those from before a session. */
interface Asked {
  readonly symbol: string;
  readonly session: string;
}

interface ForecastRow {
  readonly symbol: string;
  readonly origin_session: string;
  readonly target_session: string;
  readonly model_version: number;
  readonly origin_close: number;
  readonly p05: number;
  readonly p25: number;
  readonly point: number;
  readonly p75: number;
  readonly p95: number;
}

/** A symbol's recent forecasts of the session after their origin, of every version. Many symbols that close at once share one query. */
export class NextSessions {
  private readonly rounds: InBatches<Asked & { found: NextSessionForecast[] }>;

  constructor(private readonly warehouse: Warehouse) {
    this.rounds = new InBatches(
      (batch) => this.read(batch),
      (error) => error instanceof WarehouseUnavailableError,
    );
  }

  /** Forecasts whose origin lies before the session, as far back as the performance alarm looks. */
  async before({ symbol, session }: Asked): Promise<readonly NextSessionForecast[]> {
    const asked = { symbol, session, found: [] };
    await this.rounds.add(asked);
    return asked.found;
  }

  private async read(batch: readonly (Asked & { found: NextSessionForecast[] })[]): Promise<void> {
    const sessions = batch.map(({ session }) => session).sort();
    const rows = await this.warehouse.query<ForecastRow>(
      `SELECT symbol, origin_session, target_session, model_version, origin_close, p05, p25, point, p75, p95 FROM forecasts
       WHERE symbol IN (SELECT * FROM UNNEST(@symbols)) AND horizon = 1
         AND origin_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
       ORDER BY symbol, origin_session, model_version`,
      {
        symbols: [...new Set(batch.map(({ symbol }) => symbol))].sort(),
        from: daysFrom(sessions[0] ?? '', -PERFORMANCE_DAYS),
        to: sessions.at(-1) ?? '',
      },
    );
    for (const asked of batch) {
      asked.found = rows
        .filter(({ symbol, origin_session }) => symbol === asked.symbol && origin_session < asked.session)
        .map(({ origin_session, target_session, model_version, origin_close, p05, p25, point, p75, p95 }) => ({
          originSession: origin_session,
          targetSession: target_session,
          modelVersion: model_version,
          originClose: origin_close,
          p05,
          p25,
          point,
          p75,
          p95,
        }));
    }
  }
}
