import { closingBellFeatures, featureSetHash } from '@closing-bell/features';
import { type Bar, barsOfColumns } from '@closing-bell/market';
import { dataQuality, watchedDistributions } from '@closing-bell/monitoring';
import { SeriesStore } from '@closing-bell/storage';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type AlarmOutcome, type DriftDetail, type DriftHistory, type DriftScore, type Reason } from './answers';
import { IndicatorQueries } from './indicators.queries';
import { KnownSessions } from './known-sessions';
import { lastOf } from './pages';
import { Reader } from './reader';

interface ScoreRow {
  readonly session: string;
  readonly column: string;
  readonly test: string;
  readonly score: number;
  readonly threshold: number;
  readonly alarmed: boolean;
  readonly rule: string | null;
  readonly drifted: boolean | null;
}

interface AlarmRow {
  readonly session: string;
  readonly decision: string;
  readonly model_version: number;
  readonly reasons: string;
}

/** The set that is computed today, by whose hash older features are told apart. */
const FEATURE_SET_HASH = featureSetHash(closingBellFeatures);

@Injectable()
export class DriftQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
    @Inject(SeriesStore) private readonly series: SeriesStore,
    @Inject(IndicatorQueries) private readonly indicators: IndicatorQueries,
  ) {}

  async history(symbol: string, asked: string | undefined, limit: number): Promise<DriftHistory> {
    const to = await this.sessions.upTo(asked);
    const measured = await lastOf({ to, limit: limit + 1 }, (from) =>
      this.reader.query<{ session: string }>(
        `SELECT DISTINCT session FROM drift_scores
         WHERE symbol = @symbol AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         ORDER BY session DESC LIMIT ${limit + 1}`,
        { symbol, from, to },
      ),
    );
    const page = measured.slice(0, limit);
    const [newest, oldest] = [page[0]?.session, page.at(-1)?.session];
    if (newest === undefined || oldest === undefined) {
      await this.sessions.mustKnow(symbol);
      return { symbol, scores: [], alarms: [], next: null };
    }
    const [scores, alarms] = await Promise.all([
      this.scores(symbol, oldest, newest),
      this.alarms(symbol, oldest, newest),
    ]);
    return { symbol, scores, alarms, next: measured[limit]?.session ?? null };
  }

  async detail(symbol: string, session: string): Promise<DriftDetail> {
    return (await this.measured(symbol, session)).detail;
  }

  /** Out of the bars as they were known at the session: what the scores were measured on, which they are shown beside. */
  async measured(
    symbol: string,
    session: string,
  ): Promise<{ readonly detail: DriftDetail; readonly bars: readonly Bar[] }> {
    const [bar] = await this.reader.query<{ uri: string; sha256: string }>(
      `SELECT snapshot_uri AS uri, snapshot_sha256 AS sha256 FROM bars
       WHERE symbol = @symbol AND session = CAST(@session AS DATE)`,
      { symbol, session },
    );
    if (!bar) throw new NotFoundException(`there is no bar of ${symbol} at ${session}`);
    const [snapshot, scores, computed] = await Promise.all([
      this.series.load(bar),
      this.scores(symbol, session, session),
      this.indicators.computed(symbol, session),
    ]);
    const bars = barsOfColumns(snapshot.series);
    // Features of another set, of an older release, are no fault of the data.
    const features =
      computed?.session === session && computed.featureSetHash === FEATURE_SET_HASH
        ? { table: (await this.series.load(computed.features)).series, expected: closingBellFeatures }
        : undefined;
    const detail = {
      symbol,
      session,
      columns: watchedDistributions(bars).map(({ tests, ...distributions }) => ({
        ...distributions,
        scores: scores.filter(({ column, test }) => column === distributions.column && tests(test)),
      })),
      quality: dataQuality(bars, features),
    };
    return { detail, bars };
  }

  /** Of what was measured twice, on other bars of the same session, what was measured last. */
  async scores(symbol: string, from: string, to: string): Promise<DriftScore[]> {
    const rows = await this.reader.query<ScoreRow>(
      `SELECT s.session, s.column, s.test, s.score, s.threshold, s.alarmed, s.rule, s.drifted FROM drift_scores s
       WHERE s.symbol = @symbol AND s.session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
       QUALIFY ROW_NUMBER() OVER (PARTITION BY s.session, s.column, s.test ORDER BY s.recorded_at DESC, s.bars_sha256) = 1
       ORDER BY s.session DESC, s.rule, s.column, s.test`,
      { symbol, from, to },
    );
    return rows.map(({ rule, drifted, ...row }) => ({
      ...row,
      // Release 0.1 knew one rule, whose word was the alarm.
      rule: rule ?? 'calibrated',
      drifted: drifted ?? row.alarmed,
    }));
  }

  private async alarms(symbol: string, from: string, to: string): Promise<AlarmOutcome[]> {
    const rows = await this.reader.query<AlarmRow>(
      `SELECT session, decision, model_version, reasons FROM model_decisions
       WHERE symbol = @symbol AND trigger = 'drift-detected' AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
       ORDER BY session DESC, recorded_at DESC`,
      { symbol, from, to },
    );
    return rows.map(({ session, decision, model_version, reasons }) => ({
      session,
      decision,
      modelVersion: model_version,
      reasons: JSON.parse(reasons) as Reason[],
    }));
  }
}
