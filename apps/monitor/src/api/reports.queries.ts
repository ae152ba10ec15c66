import { evidentlyDrift, type MonitoringReport } from '@closing-bell/monitoring';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { DriftQueries } from './drift.queries';
import { ForecastQueries } from './forecasts.queries';
import { ModelQueries } from './models.queries';
import { PerformanceQueries } from './performance.queries';

/** One session ahead, over a quarter of a year, for as long as two years. */
const ROLLING = { horizon: 1, window: 60, limit: 504 } as const;

/** Gathers what a report tells: what was known at the close of a session, and nothing later. */
@Injectable()
export class ReportQueries {
  constructor(
    @Inject(DriftQueries) private readonly drifts: DriftQueries,
    @Inject(PerformanceQueries) private readonly performances: PerformanceQueries,
    @Inject(ForecastQueries) private readonly forecasts: ForecastQueries,
    @Inject(ModelQueries) private readonly models: ModelQueries,
  ) {}

  async report(symbol: string, session: string): Promise<MonitoringReport> {
    const [{ detail, bars }, scores, { horizons, rolling, window }, forecast, decisions] = await Promise.all([
      this.drifts.measured(symbol, session),
      this.drifts.scores(symbol, session, session),
      this.performances.performance(symbol, { ...ROLLING, to: session }),
      this.forecast(symbol, session),
      this.models.decisionsAt(symbol, session),
    ]);
    return {
      symbol,
      session,
      scores,
      distributions: detail.columns,
      drift: evidentlyDrift(bars),
      quality: detail.quality,
      performance: horizons,
      rolling,
      window,
      forecast,
      decisions,
    };
  }

  private async forecast(symbol: string, session: string): Promise<MonitoringReport['forecast']> {
    try {
      const { forecaster, originClose, points } = await this.forecasts.fan(symbol, session);
      if (forecaster === null || originClose === null) return undefined;
      return {
        forecaster,
        originClose,
        points: points.map(({ horizon, targetSession, point, p05, p25, p75, p95 }) => ({
          ...{ horizon, targetSession, point, p05, p25, p75, p95 },
        })),
      };
    } catch (error) {
      if (error instanceof NotFoundException) return undefined;
      throw error;
    }
  }
}
