import {
  aboutOf,
  attemptFailed,
  type AttemptFailed,
  type BarsIngested,
  canonicalJson,
  type Contract,
  DEAD_LETTER_TOPIC,
  type DeadLetter,
  type DriftDetected,
  ENVELOPE_ATTRIBUTES,
  type ForecastMade,
  isDay,
  marketClosed,
  type MarketClosed,
  type ModelReady,
  REDRIVE_ATTRIBUTE,
  SYMBOL_PATTERN,
  type Reference,
  traceIdOf,
} from '@closing-bell/contracts';
import { decodeForecast, type ForecastFile } from '@closing-bell/forecasting';
import { type Bar, barsOfColumns, type ExchangeCalendar } from '@closing-bell/market';
import { type MessageContext } from '@closing-bell/messaging';
import { alarmsOf, driftScores, evidentlyScores } from '@closing-bell/monitoring';
import { type ObjectStore, readHashed, type SeriesStore } from '@closing-bell/storage';
import { type Row, tables, type Warehouse } from '@closing-bell/warehouse';
import { type Recorded } from './api/answers';
import { Scorer } from './scorer';

export interface RecorderDependencies {
  readonly warehouse: Warehouse;
  readonly objects: ObjectStore;
  readonly series: SeriesStore;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly clock: () => Date;
  /** Told after something is durable; until an event is told of, what it says has been recorded, too. */
  readonly onRecorded?: (recorded: Recorded) => void;
}

/** The code of an abstention of release 0.1, which gave a sentence alone. */
const UNSPECIFIED = 'unspecified';

/** What a message may say about itself; which of it, depends on its kind. */
interface Said {
  readonly exchange: string;
  readonly symbol?: string;
  readonly session?: string | undefined;
  readonly trigger?: string;
}

/** Writes what is said into the warehouse, and what follows from it: matured forecasts' scores and drift. */
export class Recorder {
  private readonly scorer: Scorer;

  constructor(private readonly dependencies: RecorderDependencies) {
    this.scorer = new Scorer(dependencies.warehouse, () => this.now());
  }

  async recordEvent<T extends Said>(contract: Contract, said: T, context: MessageContext): Promise<void> {
    const { envelope, publishTime, causedBy, redriveOf } = context;
    await this.warehouse.insert(tables.events, [
      {
        correlation_id: envelope.correlationId,
        message_id: envelope.id,
        causation_id: envelope.causationId ?? null,
        topic: contract.name,
        type: envelope.type,
        source: envelope.source,
        exchange: said.exchange,
        symbol: said.symbol ?? null,
        session: said.session ?? null,
        trigger: said.trigger ?? null,
        data: canonicalJson(said),
        said_at: saidAt(envelope.time, publishTime).toISOString(),
        published_at: publishTime.toISOString(),
        cause_attempt: causedBy?.attempt ?? null,
        cause_started_at: causedBy?.startedAt.toISOString() ?? null,
        trace_id: traceIdOf(envelope) ?? null,
        recorded_at: this.now(),
      },
    ]);
    if (redriveOf !== undefined) {
      await this.warehouse.insert(tables.redrives, [{ dead_letter_id: redriveOf, recorded_at: this.now() }]);
    }
    this.dependencies.onRecorded?.({
      topic: contract.name,
      symbol: said.symbol ?? null,
      session: said.session ?? null,
      correlationId: envelope.correlationId,
    });
  }

  /** Records which session a close meant. Returns it, or undefined on a day that was none. */
  async recordClose(close: MarketClosed, { envelope, publishTime }: MessageContext): Promise<string | undefined> {
    const calendar = this.dependencies.calendarOf(close.exchange);
    const session = close.session ?? calendar.sessionOf(publishTime);
    const isSession = session !== undefined && calendar.isSession(session);
    const day = session ?? publishTime.toISOString();
    await this.warehouse.insert(tables.marketCloses, [
      {
        correlation_id: envelope.correlationId,
        exchange: close.exchange,
        session: isSession ? session : null,
        detail: isSession ? '' : `${day} was no session of ${close.exchange}`,
        recorded_at: this.now(),
      },
    ]);
    return isSession ? session : undefined;
  }

  /** Records the session's bar and scores the forecasts that it matures. */
  async recordBar(ingested: BarsIngested): Promise<void> {
    const { symbol, session, bars, source, repairs } = ingested;
    const bar = (await this.barsOf(bars)).at(-1);
    if (bar?.session !== session) return;
    const { open, high, low, close, volume } = bar;
    await this.warehouse.insert(tables.bars, [
      {
        symbol,
        session,
        open,
        high,
        low,
        close,
        volume: Number.isNaN(volume) ? null : volume,
        source,
        snapshot_uri: bars.uri,
        snapshot_sha256: bars.sha256,
        repairs,
        recorded_at: this.now(),
      },
    ]);
    await this.scorer.score({ symbol, session });
  }

  async recordDecision(ready: ModelReady, { envelope }: MessageContext): Promise<void> {
    const { symbol, session, trigger, decision, reasons, model, record } = ready;
    await this.warehouse.insert(tables.modelDecisions, [
      {
        symbol,
        session,
        trigger,
        decision,
        reasons: canonicalJson(reasons),
        reason_codes: reasons.map(({ code }) => code).join(','),
        model_version: model?.version ?? 0,
        record_uri: record.uri,
        record_sha256: record.sha256,
        message_id: envelope.id,
        recorded_at: this.now(),
      },
    ]);
  }

  /**
   * Records a forecast, one row a horizon, and scores what of it has matured already: a replay may come after its outcomes. Where
   * there is none, records why.
   */
  async recordForecast(made: ForecastMade, { envelope }: MessageContext): Promise<void> {
    const { forecast } = made;
    if (!forecast) return this.recordAbstention(made, envelope.id);
    const file = decodeForecast(await readHashed(this.dependencies.objects, forecast));
    await this.warehouse.insert(
      tables.forecasts,
      file.horizons.map((each) => forecastRow(file, each, forecast, envelope.id, this.now())),
    );
    await this.scorer.score(made);
  }

  /**
   * Measures drift as of the session of an ordinary forecast and records it. Returns the alarm, if it is one. A forecast that
   * drift itself caused is not looked at again, or one alarm would follow the other.
   */
  async recordDrift(made: ForecastMade): Promise<DriftDetected | undefined> {
    if (made.trigger !== 'features-computed' || made.outcome !== 'forecast') return undefined;
    const { symbol, session, bars, features, featureSetHash } = made;
    const known = await this.barsOf(bars);
    const scores = driftScores(known);
    const measured = [
      ...scores.map((each) => ({ ...each, rule: 'calibrated', drifted: each.alarmed })),
      // Shown beside it, for those who know it; it says drift far too often to alarm.
      ...evidentlyScores(known).map((each) => ({ ...each, rule: 'evidently-default', alarmed: false })),
    ];
    await this.warehouse.insert(
      tables.driftScores,
      measured.map(({ column, test, score, threshold, rule, drifted, alarmed }) => ({
        symbol,
        session,
        column,
        test,
        score,
        threshold,
        alarmed,
        bars_sha256: bars.sha256,
        rule,
        drifted,
        recorded_at: this.now(),
      })),
    );
    const columns = alarmsOf(scores);
    if (columns.length === 0) return undefined;
    return { ...aboutOf(made), columns, bars, features, featureSetHash };
  }

  async recordDeadLetter(letter: DeadLetter, { publishTime }: MessageContext): Promise<void> {
    const { attributes, data, orderingKey } = letter.original;
    const redriveOf = attributes[REDRIVE_ATTRIBUTE];
    const messageId = attributes[ENVELOPE_ATTRIBUTES.id] ?? '';
    const correlationId = attributes[ENVELOPE_ATTRIBUTES.correlationId] ?? messageId;
    const subject = attributes[ENVELOPE_ATTRIBUTES.subject] ?? orderingKey;
    const session = sessionIn(data);
    await this.warehouse.insert(tables.deadLetters, [
      {
        id: letter.id,
        reason: letter.reason,
        detail: letter.detail,
        subscription: letter.subscription,
        topic: letter.topic,
        attempts: letter.attempts,
        message_id: messageId,
        type: attributes[ENVELOPE_ATTRIBUTES.type] ?? '',
        correlation_id: correlationId,
        subject,
        session,
        attributes: canonicalJson(attributes),
        data: data.toString('base64'),
        ordering_key: orderingKey,
        published_at: publishTime.toISOString(),
        recorded_at: this.now(),
      },
    ]);
    if (redriveOf !== undefined) {
      await this.warehouse.insert(tables.redrives, [{ dead_letter_id: redriveOf, recorded_at: this.now() }]);
    }
    // A close is about an exchange, which may look like a symbol.
    const symbol = letter.topic !== marketClosed.name && SYMBOL_PATTERN.test(subject) ? subject : null;
    this.dependencies.onRecorded?.({ topic: DEAD_LETTER_TOPIC, symbol, session, correlationId });
  }

  async recordFailedAttempt(failed: AttemptFailed, { envelope }: MessageContext): Promise<void> {
    await this.warehouse.insert(tables.failedAttempts, [
      {
        correlation_id: envelope.correlationId,
        message_id: failed.messageId,
        subscription: failed.subscription,
        attempt: failed.attempt,
        subject: failed.subject,
        session: failed.session ?? null,
        error: failed.error,
        started_at: failed.startedAt,
        failed_at: failed.failedAt,
        recorded_at: this.now(),
      },
    ]);
    const symbol = failed.subject === failed.exchange ? null : failed.subject;
    this.dependencies.onRecorded?.({
      topic: attemptFailed.name,
      symbol,
      session: failed.session ?? null,
      correlationId: envelope.correlationId,
    });
  }

  private async recordAbstention(made: ForecastMade, messageId: string): Promise<void> {
    const { symbol, session, trigger, model, abstention = '', abstentionCode = UNSPECIFIED } = made;
    await this.warehouse.insert(tables.abstentions, [
      {
        symbol,
        session,
        trigger,
        model_version: model?.version ?? 0,
        code: abstentionCode,
        detail: abstention,
        message_id: messageId,
        recorded_at: this.now(),
      },
    ]);
  }

  private async barsOf(reference: Reference): Promise<Bar[]> {
    return barsOfColumns((await this.dependencies.series.load(reference)).series);
  }

  private get warehouse(): Warehouse {
    return this.dependencies.warehouse;
  }

  private now(): string {
    return this.dependencies.clock().toISOString();
  }
}

function forecastRow(
  file: ForecastFile,
  { horizon, targetSession, point, quantiles }: ForecastFile['horizons'][number],
  { uri, sha256 }: Reference,
  messageId: string,
  recordedAt: string,
): Row<typeof tables.forecasts> {
  const at = (level: number): number => quantiles[file.levels.indexOf(level)] ?? NaN;
  return {
    symbol: file.symbol,
    origin_session: file.session,
    horizon,
    model_version: file.modelVersion,
    forecaster: file.forecaster,
    target_session: targetSession,
    origin_close: file.originClose,
    point,
    quantiles,
    p05: at(0.05),
    p25: at(0.25),
    p75: at(0.75),
    p95: at(0.95),
    forecast_uri: uri,
    forecast_sha256: sha256,
    message_id: messageId,
    recorded_at: recordedAt,
  };
}

/** Somebody else's time may be written with an offset, or finer; one that is none gives way to when Pub/Sub accepted the message. */
function saidAt(time: string, publishTime: Date): Date {
  const said = new Date(time);
  return Number.isNaN(said.getTime()) ? publishTime : said;
}

/** The session that a dead letter's payload speaks of, if it can be read. */
function sessionIn(data: Buffer): string | null {
  try {
    const { session } = JSON.parse(data.toString('utf8')) as { session?: unknown };
    return isDay(session) ? session : null;
  } catch {
    return null;
  }
}
