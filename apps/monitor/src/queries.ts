import { type Warehouse } from '@closing-bell/warehouse';

/** Where one symbol's cascade stands. */
interface SymbolProgress {
  readonly symbol: string;
  readonly session: string;
  /** done: forecast or abstained, and drift seen to. failed: in the dead letters. running: neither yet. */
  readonly state: 'done' | 'failed' | 'running';
  /** The last step that was recorded. */
  readonly step: string;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
}

/** Where a cascade stands. */
export interface CascadeProgress {
  readonly correlationId: string;
  /** The session that the close meant; null on a day that was none, undefined while the close is not recorded yet. */
  readonly session: string | null | undefined;
  readonly detail: string;
  readonly symbols: readonly SymbolProgress[];
}

/** One session as a whole. */
export interface SessionStatus {
  readonly session: string;
  readonly symbols: number;
  readonly forecasts: number;
  readonly abstained: number;
  readonly failed: number;
  readonly drift: number;
  readonly promoted: number;
}

export interface ForecastRow {
  readonly symbol: string;
  readonly origin_session: string;
  readonly horizon: number;
  readonly target_session: string;
  readonly model_version: number;
  readonly forecaster: string;
  readonly origin_close: number;
  readonly point: number;
  readonly p05: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
}

/** Why there is no forecast from a session. */
export interface AbstentionRow {
  readonly session: string;
  readonly trigger: string;
  readonly model_version: number;
  readonly code: string;
  readonly detail: string;
}

/** How matured forecasts of a symbol fared at one horizon, beside “tomorrow = today”. */
export interface Performance {
  readonly horizon: number;
  readonly forecasts: number;
  /** Mean absolute error, a price. */
  readonly mae: number;
  readonly naive_mae: number;
  readonly crps: number;
  readonly naive_crps: number;
  /** Share of outcomes inside the 90 % interval. */
  readonly coverage_90: number;
}

export interface DeadLetterRow {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  readonly subscription: string;
  readonly topic: string;
  readonly attempts: number;
  readonly type: string;
  readonly subject: string;
  readonly session: string | null;
  readonly attributes: string;
  readonly data: string;
  readonly ordering_key: string;
  readonly published_at: string;
  readonly redriven: boolean;
}

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

// A dead letter counts until it is sent again.
const OPEN_DEAD_LETTERS = `SELECT d.* FROM dead_letters d LEFT JOIN redrives r ON r.dead_letter_id = d.id WHERE r.dead_letter_id IS NULL`;

const sumOf = (condition: string): string => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;

/**
 * What the API answers, in the SQL that all warehouses share: no subquery that refers to the query around it, which BigQuery takes
 * only where it can turn it into a join, and bounds on the session wherever they are known.
 */
export class Queries {
  constructor(private readonly warehouse: Warehouse) {}

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
      session: close?.session,
      detail: close?.detail ?? '',
      symbols: steps.map((counts) => progressOf(counts, reasons.get(counts.symbol))),
    };
  }

  /** The latest sessions, newest first. */
  async sessions(limit: number): Promise<SessionStatus[]> {
    const closed = await this.warehouse.query<{ session: string }>(
      `SELECT DISTINCT session FROM market_closes WHERE session IS NOT NULL ORDER BY session DESC LIMIT ${limit}`,
    );
    const [to, from] = [closed[0]?.session, closed.at(-1)?.session];
    if (from === undefined || to === undefined) return [];
    const within = 'session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)';
    return this.warehouse.query(
      `SELECT e.session, e.symbols, e.made - e.abstained AS forecasts, e.abstained, COALESCE(o.failed, 0) AS failed, e.drift,
              COALESCE(m.promoted, 0) AS promoted
       FROM (
         SELECT session,
                COUNT(DISTINCT symbol) AS symbols,
                COUNT(DISTINCT CASE WHEN topic = 'forecast-made' THEN symbol END) AS made,
                COUNT(DISTINCT CASE WHEN topic = 'forecast-made' AND data LIKE '%"outcome":"abstained"%' THEN symbol END) AS abstained,
                COUNT(DISTINCT CASE WHEN topic = 'drift-detected' THEN symbol END) AS drift
         FROM events WHERE ${within} AND symbol IS NOT NULL GROUP BY session) e
       LEFT JOIN (SELECT session, COUNT(DISTINCT subject) AS failed FROM (${OPEN_DEAD_LETTERS}) AS open_letters GROUP BY session) o
         ON o.session = e.session
       LEFT JOIN (SELECT session, COUNT(*) AS promoted FROM model_decisions WHERE ${within} AND decision = 'promoted' GROUP BY session) m
         ON m.session = e.session
       ORDER BY e.session DESC`,
      { from, to },
    );
  }

  /** The forecast of a symbol from an origin, the latest by default: ten rows of the newest model version there. */
  async forecast(symbol: string, session?: string): Promise<ForecastRow[]> {
    const origin = session ?? (await this.latestOrigin(symbol));
    if (origin === undefined) return [];
    return this.warehouse.query(
      `SELECT symbol, origin_session, horizon, target_session, model_version, forecaster, origin_close, point, p05, p25, p75, p95
       FROM forecasts WHERE symbol = @symbol AND origin_session = CAST(@origin AS DATE)
       QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session)
       ORDER BY horizon`,
      { symbol, origin },
    );
  }

  /** Why a symbol was not forecast from a session, by default the latest from which a forecaster abstained. */
  async abstention(symbol: string, session?: string): Promise<AbstentionRow | undefined> {
    // Of one session, drift's forecast comes after the ordinary one, and before it in the alphabet.
    const rows = await this.warehouse.query<AbstentionRow>(
      `SELECT session, trigger, model_version, code, detail FROM abstentions
       WHERE symbol = @symbol${session === undefined ? '' : ' AND session = CAST(@session AS DATE)'}
       ORDER BY session DESC, trigger, message_id LIMIT 1`,
      session === undefined ? { symbol } : { symbol, session },
    );
    return rows[0];
  }

  /** How a symbol's matured forecasts fared, by horizon: of each origin the newest model version's. */
  performance(symbol: string): Promise<Performance[]> {
    return this.warehouse.query(
      `SELECT horizon, COUNT(*) AS forecasts,
              AVG(ABS(error)) AS mae, AVG(ABS(naive_error)) AS naive_mae, AVG(crps) AS crps, AVG(naive_crps) AS naive_crps,
              AVG(CASE WHEN inside_90 THEN 1.0 ELSE 0.0 END) AS coverage_90
       FROM (
         SELECT * FROM outcomes WHERE symbol = @symbol
         QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session, horizon)) AS last_ones
       GROUP BY horizon ORDER BY horizon`,
      { symbol },
    );
  }

  /** The latest closes of a symbol up to a session, oldest first. */
  async closes(symbol: string, session: string, limit: number): Promise<{ session: string; close: number }[]> {
    const rows = await this.warehouse.query<{ session: string; close: number }>(
      `SELECT session, close FROM bars WHERE symbol = @symbol AND session <= CAST(@session AS DATE) ORDER BY session DESC LIMIT ${limit}`,
      { symbol, session },
    );
    return rows.reverse();
  }

  /** Decisions of a symbol that followed a training, newest first: those that kept all as it was are left out. */
  decisions(
    symbol: string,
    limit: number,
  ): Promise<{ session: string; trigger: string; decision: string; reasons: string; model_version: number }[]> {
    return this.warehouse.query(
      `SELECT session, trigger, decision, reasons, model_version FROM model_decisions
       WHERE symbol = @symbol AND decision <> 'kept' AND reasons NOT LIKE '%"training-pause"%' ORDER BY session DESC, trigger LIMIT ${limit}`,
      { symbol },
    );
  }

  symbols(): Promise<{ symbol: string; sessions: number; last_session: string }[]> {
    return this.warehouse.query(
      'SELECT symbol, COUNT(*) AS sessions, MAX(session) AS last_session FROM bars GROUP BY symbol ORDER BY symbol',
    );
  }

  /** Dead letters, newest first. */
  deadLetters(limit: number): Promise<DeadLetterRow[]> {
    return this.warehouse.query(`${DEAD_LETTERS} ORDER BY d.published_at DESC, d.id LIMIT ${limit}`);
  }

  async deadLetter(id: string): Promise<DeadLetterRow | undefined> {
    return (await this.warehouse.query<DeadLetterRow>(`${DEAD_LETTERS} WHERE d.id = @id`, { id }))[0];
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

  private async latestOrigin(symbol: string): Promise<string | undefined> {
    const rows = await this.warehouse.query<{ origin: string | null }>(
      'SELECT MAX(origin_session) AS origin FROM forecasts WHERE symbol = @symbol',
      { symbol },
    );
    return rows[0]?.origin ?? undefined;
  }
}

const DEAD_LETTERS = `SELECT d.id, d.reason, d.detail, d.subscription, d.topic, d.attempts, d.type, d.subject, d.session, d.attributes,
  d.data, d.ordering_key, d.published_at, r.dead_letter_id IS NOT NULL AS redriven
  FROM dead_letters d LEFT JOIN redrives r ON r.dead_letter_id = d.id`;

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
