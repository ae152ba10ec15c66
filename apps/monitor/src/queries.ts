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

const sumOf = (condition: string): string => `CAST(SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END) AS INTEGER)`;

/** What the API answers, in SQL over the warehouse. */
export class Queries {
  constructor(private readonly warehouse: Warehouse) {}

  async cascade(correlationId: string): Promise<CascadeProgress> {
    const [closes, steps, failures] = await Promise.all([
      this.warehouse.query<{ session: string | null; detail: string }>(
        'SELECT session, detail FROM market_closes WHERE correlation_id = @correlationId',
        { correlationId },
      ),
      this.warehouse.query<StepCounts>(
        `SELECT e.symbol, e.session,
                ${sumOf("e.topic = 'bars-ingested'")} AS bars,
                ${sumOf("e.topic = 'features-computed'")} AS features,
                ${sumOf("e.topic = 'model-ready' AND e.trigger = 'features-computed'")} AS decisions,
                ${sumOf("e.topic = 'forecast-made' AND e.trigger = 'features-computed'")} AS forecasts,
                ${sumOf("e.topic = 'forecast-made' AND e.trigger = 'drift-detected'")} AS drift_forecasts,
                (SELECT COUNT(*) FROM drift_scores s
                 WHERE s.symbol = e.symbol AND s.session = e.session AND s.alarmed) AS alarms
         FROM events e
         WHERE e.correlation_id = @correlationId AND e.symbol IS NOT NULL
         GROUP BY e.symbol, e.session ORDER BY e.symbol`,
        { correlationId },
      ),
      this.warehouse.query<{ subject: string; reason: string; detail: string; subscription: string }>(
        `SELECT subject, reason, detail, subscription FROM (${OPEN_DEAD_LETTERS}) AS open
         WHERE correlation_id = @correlationId ORDER BY published_at`,
        { correlationId },
      ),
    ]);
    const reasons = new Map(
      failures.map(({ subject, detail, subscription }) => [subject, `${subscription}: ${detail}`]),
    );
    return {
      correlationId,
      session: closes[0]?.session,
      detail: closes[0]?.detail ?? '',
      symbols: steps.map((counts) => progressOf(counts, reasons.get(counts.symbol))),
    };
  }

  /** The latest sessions, newest first. */
  sessions(limit: number): Promise<SessionStatus[]> {
    return this.warehouse.query(
      `SELECT e.session,
              CAST(COUNT(DISTINCT e.symbol) AS INTEGER) AS symbols,
              CAST(COUNT(DISTINCT CASE WHEN e.topic = 'forecast-made' THEN e.symbol END) AS INTEGER)
                - CAST(COUNT(DISTINCT CASE WHEN e.topic = 'forecast-made' AND e.data LIKE '%"outcome":"abstained"%' THEN e.symbol END) AS INTEGER) AS forecasts,
              CAST(COUNT(DISTINCT CASE WHEN e.topic = 'forecast-made' AND e.data LIKE '%"outcome":"abstained"%' THEN e.symbol END) AS INTEGER) AS abstained,
              (SELECT CAST(COUNT(DISTINCT o.subject) AS INTEGER) FROM (${OPEN_DEAD_LETTERS}) AS o WHERE o.session = e.session) AS failed,
              CAST(COUNT(DISTINCT CASE WHEN e.topic = 'drift-detected' THEN e.symbol END) AS INTEGER) AS drift,
              (SELECT CAST(COUNT(*) AS INTEGER) FROM model_decisions m WHERE m.session = e.session AND m.decision = 'promoted') AS promoted
       FROM events e WHERE e.session IS NOT NULL AND e.symbol IS NOT NULL
       GROUP BY e.session ORDER BY e.session DESC LIMIT ${limit}`,
    );
  }

  /** The forecast of a symbol from an origin, the latest by default: ten rows of the newest model version there. */
  forecast(symbol: string, session?: string): Promise<ForecastRow[]> {
    return this.warehouse.query(
      `SELECT symbol, origin_session, horizon, target_session, model_version, forecaster, origin_close, point, p05, p25, p75, p95
       FROM forecasts f
       WHERE symbol = @symbol AND origin_session = ${
         session === undefined
           ? '(SELECT MAX(origin_session) FROM forecasts WHERE symbol = @symbol)'
           : 'CAST(@session AS DATE)'
       }
         AND model_version = (SELECT MAX(g.model_version) FROM forecasts g WHERE g.symbol = f.symbol AND g.origin_session = f.origin_session)
       ORDER BY horizon`,
      session === undefined ? { symbol } : { symbol, session },
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
      `SELECT horizon, CAST(COUNT(*) AS INTEGER) AS forecasts,
              AVG(ABS(error)) AS mae, AVG(ABS(naive_error)) AS naive_mae, AVG(crps) AS crps, AVG(naive_crps) AS naive_crps,
              AVG(CASE WHEN inside_90 THEN 1.0 ELSE 0.0 END) AS coverage_90
       FROM outcomes o
       WHERE symbol = @symbol AND model_version = (
         SELECT MAX(p.model_version) FROM outcomes p
         WHERE p.symbol = o.symbol AND p.origin_session = o.origin_session AND p.horizon = o.horizon)
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
      'SELECT symbol, CAST(COUNT(*) AS INTEGER) AS sessions, MAX(session) AS last_session FROM bars GROUP BY symbol ORDER BY symbol',
    );
  }

  /** Dead letters, newest first. */
  deadLetters(limit: number): Promise<DeadLetterRow[]> {
    return this.warehouse.query(`${DEAD_LETTERS} ORDER BY d.published_at DESC, d.id LIMIT ${limit}`);
  }

  async deadLetter(id: string): Promise<DeadLetterRow | undefined> {
    return (await this.warehouse.query<DeadLetterRow>(`${DEAD_LETTERS} WHERE d.id = @id`, { id }))[0];
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
