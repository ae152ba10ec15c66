import { evidentlyDrift, type MonitoringReport } from '@closing-bell/monitoring';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type Reason } from './answers';
import { DriftQueries } from './drift.queries';
import { ForecastQueries } from './forecasts.queries';
import { PerformanceQueries } from './performance.queries';
import { Reader } from './reader';

/** One session ahead, over a quarter of a year, for as long as two years. */
const ROLLING = { horizon: 1, window: 60, limit: 504 } as const;

interface DecisionRow {
  readonly trigger: string;
  readonly decision: string;
  readonly model_version: number;
  readonly reasons: string;
}

/** Gathers what a report tells: what was known at the close of a session, and nothing later. */
@Injectable()
export class ReportQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(DriftQueries) private readonly drifts: DriftQueries,
    @Inject(PerformanceQueries) private readonly performances: PerformanceQueries,
    @Inject(ForecastQueries) private readonly forecasts: ForecastQueries,
  ) {}

  async report(symbol: string, session: string): Promise<MonitoringReport> {
    const [{ detail, bars }, scores, { horizons, rolling, window }, forecast, decisions] = await Promise.all([
      this.drifts.measured(symbol, session),
      this.drifts.scores(symbol, session, session),
      this.performances.performance(symbol, { ...ROLLING, to: session }),
      this.forecast(symbol, session),
      this.decisions(symbol, session),
    ]);
    return {
      symbol,
      session,
      scores,
      distributions: detail.columns,
      drift: evidentlyDrift(bars),
      quality: detail.quality as MonitoringReport['quality'],
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

  private async decisions(symbol: string, session: string): Promise<MonitoringReport['decisions']> {
    const rows = await this.reader.query<DecisionRow>(
      `SELECT trigger, decision, model_version, reasons FROM model_decisions
       WHERE symbol = @symbol AND session = CAST(@session AS DATE) ORDER BY trigger DESC, recorded_at, message_id`,
      { symbol, session },
    );
    // features-computed comes first, as it did.
    return rows.map(({ trigger, decision, model_version, reasons }) => ({
      ...{ trigger, decision, modelVersion: model_version, reasons: JSON.parse(reasons) as Reason[] },
    }));
  }
}
