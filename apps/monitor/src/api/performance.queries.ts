import { daysFrom } from '@closing-bell/market';
import { Inject, Injectable } from '@nestjs/common';
import { SPAN_DAYS } from '../span-days';
import {
  type ExpectedPerformance,
  type HorizonPerformance,
  type Performance,
  type RollingPerformance,
} from './answers';
import { expectedCrps } from './forecasts.queries';
import { KnownSessions } from './known-sessions';
import { lastOf } from './pages';
import { Reader } from './reader';
import { skillOf } from './universe.queries';

interface HorizonRow {
  readonly horizon: number;
  readonly forecasts: number;
  readonly mae: number;
  readonly naive_mae: number;
  readonly crps: number;
  readonly naive_crps: number;
  readonly coverage_90: number;
}

interface MaturedRow {
  readonly session: string;
  readonly crps: number;
  readonly naive_crps: number;
  readonly inside: number;
}

interface WaitingRow {
  readonly horizon: number;
  readonly origin_close: number;
  readonly quantiles: readonly number[];
}

interface PerformanceQuestion {
  readonly horizon: number;
  readonly window: number;
  readonly to: string | undefined;
  readonly limit: number;
}

/** How the forecasts of a symbol fared; of each origin the newest model version's. */
@Injectable()
export class PerformanceQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
  ) {}

  async performance(symbol: string, { horizon, window, to: asked, limit }: PerformanceQuestion): Promise<Performance> {
    const to = await this.sessions.upTo(asked);
    const [horizons, matured, waiting] = await Promise.all([
      this.horizons(symbol, to),
      this.matured(symbol, horizon, { to, limit: limit + window - 1 }),
      this.waiting(symbol, to),
    ]);
    if (horizons.length === 0 && waiting.length === 0) await this.sessions.mustKnow(symbol);
    return {
      symbol,
      horizons,
      rolling: rollingOf(matured, window).slice(-limit),
      rollingHorizon: horizon,
      window,
      expected: expectedOf(waiting),
    };
  }

  private async horizons(symbol: string, to: string): Promise<HorizonPerformance[]> {
    const rows = await this.reader.query<HorizonRow>(
      `SELECT horizon, COUNT(*) AS forecasts, AVG(ABS(error)) AS mae, AVG(ABS(naive_error)) AS naive_mae,
              AVG(crps) AS crps, AVG(naive_crps) AS naive_crps, AVG(inside) AS coverage_90
       FROM (
         SELECT horizon, MAX_BY(error, model_version) AS error, MAX_BY(naive_error, model_version) AS naive_error,
                ${LAST_SCORES}
         FROM outcomes WHERE symbol = @symbol AND target_session <= CAST(@to AS DATE)
         GROUP BY origin_session, horizon) AS last_ones
       GROUP BY horizon ORDER BY horizon`,
      { symbol, to },
    );
    return rows.map(({ horizon, forecasts, mae, naive_mae, crps, naive_crps, coverage_90 }) => ({
      horizon,
      forecasts,
      mae,
      naiveMae: naive_mae,
      crps,
      naiveCrps: naive_crps,
      skill: skillOf(crps, naive_crps),
      coverage90: coverage_90,
    }));
  }

  /** The last matured forecasts of one horizon, oldest first. */
  private async matured(
    symbol: string,
    horizon: number,
    { to, limit }: { readonly to: string; readonly limit: number },
  ): Promise<readonly MaturedRow[]> {
    const rows = await lastOf({ to, limit }, (from) =>
      this.reader.query<MaturedRow>(
        `SELECT MAX(target_session) AS session, ${LAST_SCORES}
         FROM outcomes
         WHERE symbol = @symbol AND horizon = ${horizon}
           AND target_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         GROUP BY origin_session ORDER BY session DESC LIMIT ${limit}`,
        { symbol, from, to },
      ),
    );
    return rows.toReversed();
  }

  /** Forecasts made by a session of what comes after it. Only these few are asked for their quantiles, which are most of a forecast. */
  private waiting(symbol: string, to: string): Promise<readonly WaitingRow[]> {
    return this.reader.query(
      `SELECT horizon, origin_close, quantiles FROM forecasts
       WHERE symbol = @symbol AND origin_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         AND target_session > CAST(@to AS DATE)
       QUALIFY model_version = MAX(model_version) OVER (PARTITION BY origin_session, horizon)
       ORDER BY horizon, origin_session`,
      { symbol, from: daysFrom(to, -SPAN_DAYS), to },
    );
  }
}

/** Scores of the newest model version in a group. */
const LAST_SCORES = `MAX_BY(crps, model_version) AS crps, MAX_BY(naive_crps, model_version) AS naive_crps,
                MAX_BY(CASE WHEN inside_90 THEN 1.0 ELSE 0.0 END, model_version) AS inside`;

/** At the session of each matured forecast, how the last `window` fared: fewer at the beginning of a symbol. rows: oldest first. */
function rollingOf(rows: readonly MaturedRow[], window: number): RollingPerformance[] {
  const sums = { crps: 0, naive: 0, inside: 0 };
  return rows.map((row, index) => {
    const gone = rows[index - window];
    sums.crps += row.crps - (gone?.crps ?? 0);
    sums.naive += row.naive_crps - (gone?.naive_crps ?? 0);
    sums.inside += row.inside - (gone?.inside ?? 0);
    const forecasts = Math.min(index + 1, window);
    return {
      session: row.session,
      forecasts,
      skill: skillOf(sums.crps, sums.naive),
      coverage90: sums.inside / forecasts,
    };
  });
}

function expectedOf(rows: readonly WaitingRow[]): ExpectedPerformance[] {
  const byHorizon = new Map<number, number[]>();
  for (const { horizon, origin_close, quantiles } of rows) {
    byHorizon.set(horizon, [...(byHorizon.get(horizon) ?? []), expectedCrps(quantiles, origin_close)]);
  }
  return [...byHorizon].map(([horizon, all]) => ({
    horizon,
    forecasts: all.length,
    expectedCrps: all.reduce((sum, one) => sum + one, 0) / all.length,
  }));
}
