import { crps } from '@closing-bell/forecasting';
import { daysFrom } from '@closing-bell/market';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { SPAN_DAYS } from '../span-days';
import {
  type Abstention,
  type Fan,
  type FanPoint,
  type Origin,
  type Origins,
  type PastForecast,
  type PastForecasts,
} from './answers';
import { KnownSessions } from './known-sessions';
import { lastOf } from './pages';
import { Reader } from './reader';

interface FanRow {
  readonly horizon: number;
  readonly target_session: string;
  readonly forecaster: string;
  readonly model_version: number;
  readonly origin_close: number;
  readonly point: number;
  readonly quantiles: readonly number[];
  readonly p05: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
  readonly actual_close: number | null;
  readonly inside_90: boolean | null;
  readonly crps: number | null;
  readonly naive_crps: number | null;
}

interface PastRow {
  readonly origin_session: string;
  readonly target_session: string;
  readonly point: number;
  readonly p05: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
  readonly origin_close: number;
  readonly actual_close: number | null;
  readonly inside_90: boolean | null;
}

interface OriginRow {
  readonly session: string;
  readonly forecaster: string | null;
  readonly model_version: number | null;
  readonly matured: number | null;
}

interface PastQuestion {
  readonly horizon: number;
  readonly to: string | undefined;
  readonly limit: number;
}

/** Forecasts of a symbol; of each origin the newest model version's, where a drift alarm led to a second one. */
@Injectable()
export class ForecastQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
  ) {}

  async origins(symbol: string, asked: string | undefined, limit: number): Promise<Origins> {
    const to = await this.sessions.upTo(asked);
    const rows = await lastOf({ to, limit: limit + 1 }, (from) =>
      this.reader.query<OriginRow>(
        `SELECT COALESCE(f.session, a.session) AS session, f.forecaster, f.model_version, f.matured
         FROM (
           SELECT f.origin_session AS session, f.forecaster, f.model_version, o.matured
           FROM forecasts f
           LEFT JOIN (
             SELECT origin_session, model_version, COUNT(*) AS matured FROM outcomes
             WHERE symbol = @symbol AND origin_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
               AND target_session BETWEEN CAST(@from AS DATE) AND CAST(@last AS DATE)
             GROUP BY origin_session, model_version) o
             ON o.origin_session = f.origin_session AND o.model_version = f.model_version
           WHERE f.symbol = @symbol AND f.horizon = 1
             AND f.origin_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
           QUALIFY f.model_version = MAX(f.model_version) OVER (PARTITION BY f.origin_session)) f
         FULL JOIN (
           SELECT DISTINCT session FROM abstentions
           WHERE symbol = @symbol AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)) a
           ON a.session = f.session
         ORDER BY session DESC LIMIT ${limit + 1}`,
        { symbol, from, to, last: lastTarget(to) },
      ),
    );
    if (rows.length === 0) await this.sessions.mustKnow(symbol);
    const origins = rows.slice(0, limit).map(({ session, forecaster, model_version, matured }): Origin => ({
      session,
      forecaster,
      modelVersion: model_version,
      matured: matured ?? 0,
      abstained: forecaster === null,
    }));
    return { symbol, origins, next: rows[limit]?.session ?? null };
  }

  async fan(symbol: string, asked: string | undefined): Promise<Fan> {
    const origin = asked ?? (await this.origins(symbol, undefined, 1)).origins[0]?.session;
    if (origin === undefined) throw new NotFoundException(`no forecast of ${symbol}; replay a close of it first`);
    const [rows, abstention, closes] = await Promise.all([
      this.fanRows(symbol, origin),
      this.abstention(symbol, origin),
      this.reader.query<{ close: number }>(
        'SELECT close FROM bars WHERE symbol = @symbol AND session = CAST(@origin AS DATE)',
        { symbol, origin },
      ),
    ]);
    const [first] = rows;
    if (!first && !abstention) {
      throw new NotFoundException(`no forecast of ${symbol} from ${origin}; replay a close of it first`);
    }
    return {
      symbol,
      originSession: origin,
      originClose: first?.origin_close ?? closes[0]?.close ?? null,
      forecaster: first?.forecaster ?? null,
      modelVersion: first?.model_version ?? null,
      points: rows.map(fanPoint),
      // A second forecast after drift may be an abstention where the first was none: then there is a forecast.
      abstention: first ? null : (abstention ?? null),
    };
  }

  async past(symbol: string, { horizon, to: asked, limit }: PastQuestion): Promise<PastForecasts> {
    const to = asked ?? lastTarget(await this.sessions.upTo(undefined));
    const rows = await lastOf({ to, limit: limit + 1 }, (from) =>
      this.reader.query<PastRow>(
        `SELECT f.origin_session, f.target_session, f.point, f.p05, f.p25, f.p75, f.p95, f.origin_close, o.actual_close, o.inside_90
         FROM (
           SELECT origin_session, target_session, model_version, point, p05, p25, p75, p95, origin_close FROM forecasts
           WHERE symbol = @symbol AND horizon = ${horizon}
             AND origin_session BETWEEN CAST(@first AS DATE) AND CAST(@to AS DATE)
             AND target_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
           QUALIFY model_version = MAX(model_version) OVER (PARTITION BY origin_session)) f
         LEFT JOIN (
           SELECT origin_session, model_version, actual_close, inside_90 FROM outcomes
           WHERE symbol = @symbol AND horizon = ${horizon}
             AND target_session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)) o
           ON o.origin_session = f.origin_session AND o.model_version = f.model_version
         ORDER BY f.target_session DESC LIMIT ${limit + 1}`,
        { symbol, from, to, first: daysFrom(from, -SPAN_DAYS) },
      ),
    );
    if (rows.length === 0) await this.sessions.mustKnow(symbol);
    const forecasts = rows
      .slice(0, limit)
      .map(({ origin_session, target_session, origin_close, actual_close, inside_90, ...prices }): PastForecast => ({
        originSession: origin_session,
        targetSession: target_session,
        ...prices,
        naive: origin_close,
        actualClose: actual_close,
        inside90: inside_90,
      }));
    return { symbol, horizon, forecasts: forecasts.reverse(), next: rows[limit]?.target_session ?? null };
  }

  private fanRows(symbol: string, origin: string): Promise<readonly FanRow[]> {
    return this.reader.query(
      `SELECT f.horizon, f.target_session, f.forecaster, f.model_version, f.origin_close, f.point, f.quantiles,
              f.p05, f.p25, f.p75, f.p95, o.actual_close, o.inside_90, o.crps, o.naive_crps
       FROM (
         SELECT * FROM forecasts WHERE symbol = @symbol AND origin_session = CAST(@origin AS DATE)
         QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session)) f
       LEFT JOIN (
         SELECT * FROM outcomes
         WHERE symbol = @symbol AND origin_session = CAST(@origin AS DATE)
           AND target_session BETWEEN CAST(@origin AS DATE) AND CAST(@last AS DATE)) o
         ON o.horizon = f.horizon AND o.model_version = f.model_version
       ORDER BY f.horizon`,
      { symbol, origin, last: lastTarget(origin) },
    );
  }

  private async abstention(symbol: string, origin: string): Promise<Abstention | undefined> {
    const rows = await this.reader.query<Abstention>(
      `SELECT code, detail FROM abstentions WHERE symbol = @symbol AND session = CAST(@origin AS DATE)
       ORDER BY trigger, message_id LIMIT 1`,
      { symbol, origin },
    );
    return rows[0];
  }
}

/** A day after every session that a forecast from an origin speaks of. */
function lastTarget(origin: string): string {
  return origin > '9999' ? origin : daysFrom(origin, SPAN_DAYS);
}

/**
 * What a forecast expects its CRPS to be: the mean over its own quantiles, each as likely as the next, of the CRPS that it would be given
 * were that the outcome; of the log return, as CRPS is recorded. quantiles: price[levels].
 */
export function expectedCrps(quantiles: readonly number[], originClose: number): number {
  const returns = Float64Array.from(quantiles, (price) => Math.log(price / originClose));
  return returns.reduce((sum, outcome) => sum + crps(returns, outcome), 0) / returns.length;
}

function fanPoint(row: FanRow): FanPoint {
  const { horizon, target_session, point, p05, p25, p75, p95, actual_close, inside_90, naive_crps } = row;
  return {
    horizon,
    targetSession: target_session,
    point,
    p05,
    p25,
    p75,
    p95,
    actualClose: actual_close,
    inside90: inside_90,
    crps: row.crps,
    naiveCrps: naive_crps,
    expectedCrps: expectedCrps(row.quantiles, row.origin_close),
  };
}
