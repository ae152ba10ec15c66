import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type RunState, type SessionRun, type Sessions, type SessionSummary, type SymbolRun } from './answers';
import { OPEN_DEAD_LETTERS } from './dead-letters.queries';
import { KnownSessions } from './known-sessions';
import { Reader } from './reader';

/** How far one symbol came in one cascade. */
interface RunRow {
  readonly symbol: string | null;
  readonly correlation_id: string;
  readonly bars: number;
  readonly features: number;
  readonly decisions: number;
  readonly forecasts: number;
  readonly abstained: number;
  readonly drift_decisions: number;
  readonly drift_forecasts: number;
  readonly started_at: string;
  readonly published_at: string;
  readonly recorded_at: string;
  readonly attempts: number | null;
}

interface CloseRow {
  readonly correlation_id: string;
  readonly published_at: string;
  readonly data: string;
}

interface LetterRow {
  readonly correlation_id: string;
  readonly subject: string;
  readonly subscription: string;
  readonly detail: string;
  readonly attempts: number;
  readonly published_at: string;
}

interface FailureRow {
  readonly correlation_id: string;
  readonly subject: string;
  readonly attempts: number;
  readonly failed_at: string;
  readonly error: string;
}

interface DecisionRow {
  readonly symbol: string;
  readonly decision: string;
}

interface RunPage {
  readonly state: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** What needs somebody comes first. */
const ORDER: readonly RunState[] = ['failed', 'retrying', 'running', 'waiting', 'abstained', 'done'];

const ABSTAINED = `data LIKE '%"outcome":"abstained"%'`;
export const sumOf = (condition: string): string => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;

/** What became of sessions: by session, and by symbol in each. */
@Injectable()
export class RunQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
  ) {}

  /** The sessions that closed before a day, newest first. */
  async list(before: string | undefined, limit: number): Promise<Sessions> {
    const until = before === undefined ? '' : 'AND session < CAST(@before AS DATE)';
    const closed = await this.reader.query<{ session: string }>(
      `SELECT DISTINCT session FROM market_closes WHERE session IS NOT NULL ${until} ORDER BY session DESC LIMIT ${limit + 1}`,
      before === undefined ? {} : { before },
    );
    const page = closed.slice(0, limit);
    const [to, from] = [page[0]?.session, page.at(-1)?.session];
    if (from === undefined || to === undefined) return { sessions: [], next: null };
    return { sessions: [...(await this.summaries(from, to))], next: closed.length > limit ? from : null };
  }

  async session(session: string, { state, after, limit }: RunPage): Promise<SessionRun> {
    const [[summary], all, closes] = await Promise.all([
      this.summaries(session, session),
      this.runsOf(session),
      this.closes(session),
    ]);
    if (closes.length === 0 && all.length === 0) {
      throw new NotFoundException(`${session} was not run; replay it first`);
    }
    const ended = all.every(({ endedAt }) => endedAt !== null);
    const runs = all.filter((run) => state === undefined || run.state === state);
    const begin = after === undefined ? 0 : runs.findIndex((run) => isAfter(run, after));
    const page = begin < 0 ? [] : runs.slice(begin, begin + limit);
    const last = page.at(-1);
    return {
      ...(summary ?? noSymbolOf(session)),
      startedAt: least(closes.map(({ published_at }) => published_at)),
      endedAt: ended ? greatest(all.map(({ endedAt }) => endedAt)) : null,
      runs: page,
      next: last && begin + limit < runs.length ? cursorOf(last) : null,
    };
  }

  /** Every symbol of a session, in its newest cascade; those first that need somebody, then by symbol. */
  async runsOf(session: string): Promise<SymbolRun[]> {
    const within = { session };
    const [closes, rows, letters, failures, alarmed, decisions] = await Promise.all([
      this.closes(session),
      this.reader.query<RunRow>(
        `SELECT symbol, correlation_id,
                ${sumOf("topic = 'bars-ingested'")} AS bars,
                ${sumOf("topic = 'features-computed'")} AS features,
                ${sumOf("topic = 'model-ready' AND trigger = 'features-computed'")} AS decisions,
                ${sumOf("topic = 'forecast-made' AND trigger = 'features-computed'")} AS forecasts,
                ${sumOf(`topic = 'forecast-made' AND trigger = 'features-computed' AND ${ABSTAINED}`)} AS abstained,
                ${sumOf("topic = 'model-ready' AND trigger = 'drift-detected'")} AS drift_decisions,
                ${sumOf("topic = 'forecast-made' AND trigger = 'drift-detected'")} AS drift_forecasts,
                MIN(published_at) AS started_at, MAX(published_at) AS published_at, MAX(recorded_at) AS recorded_at,
                MAX(cause_attempt) AS attempts
         FROM events WHERE session = CAST(@session AS DATE) AND symbol IS NOT NULL
         GROUP BY symbol, correlation_id ORDER BY started_at`,
        within,
      ),
      this.reader.query<LetterRow>(
        `SELECT correlation_id, subject, subscription, detail, attempts, published_at
         FROM (${OPEN_DEAD_LETTERS}) AS open_letters WHERE session = CAST(@session AS DATE) ORDER BY published_at`,
        within,
      ),
      this.reader.query<FailureRow>(
        `SELECT correlation_id, subject, MAX(attempt) AS attempts, MAX(failed_at) AS failed_at, MAX_BY(error, failed_at) AS error
         FROM failed_attempts WHERE session = CAST(@session AS DATE) GROUP BY correlation_id, subject`,
        within,
      ),
      this.reader.query<{ symbol: string }>(
        'SELECT DISTINCT symbol FROM drift_scores WHERE session = CAST(@session AS DATE) AND alarmed',
        within,
      ),
      this.decisions(session),
    ]);
    const keyOf = (correlationId: string, symbol: string): string => `${correlationId} ${symbol}`;
    const closeOf = new Map(closes.map((close) => [close.correlation_id, close]));
    const letterOf = new Map(letters.map((letter) => [keyOf(letter.correlation_id, letter.subject), letter]));
    const failureOf = new Map(failures.map((failure) => [keyOf(failure.correlation_id, failure.subject), failure]));
    const drifted = new Set(alarmed.map(({ symbol }) => symbol));
    // Rows come in the order in which cascades began: the newest of a symbol stays.
    const runs = new Map(closes.flatMap(symbolsNamed).map((symbol) => [symbol, notBegun(symbol)]));
    for (const row of rows) {
      const symbol = row.symbol ?? '';
      const key = keyOf(row.correlation_id, symbol);
      runs.set(
        symbol,
        runOf(symbol, row, {
          startedAt: closeOf.get(row.correlation_id)?.published_at ?? row.started_at,
          letter: letterOf.get(key),
          failure: failureOf.get(key),
          decision: decisions.get(symbol) ?? null,
          drifted: drifted.has(symbol),
        }),
      );
    }
    return [...runs.values()].sort((a, b) => (cursorOf(a) < cursorOf(b) ? -1 : 1));
  }

  /** What the trainer decided last of each symbol at a session. */
  async decisions(session: string): Promise<Map<string, string>> {
    const rows = await this.reader.query<DecisionRow>(
      `SELECT symbol, decision FROM model_decisions WHERE session = CAST(@session AS DATE)
       ORDER BY recorded_at, trigger DESC`,
      { session },
    );
    return new Map(rows.map(({ symbol, decision }) => [symbol, decision]));
  }

  /** Counts of symbols, by session, newest first. */
  private summaries(from: string, to: string): Promise<readonly SessionSummary[]> {
    const within = 'session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)';
    return this.reader.query(
      `SELECT session, COUNT(*) AS symbols, ${sumOf('made > 0 AND abstained = 0')} AS forecasts,
              ${sumOf('made > 0 AND abstained > 0')} AS abstained, ${sumOf('made = 0 AND failed > 0')} AS failed,
              ${sumOf('made = 0 AND failed = 0')} AS running, ${sumOf('drift > 0')} AS drift, ${sumOf('promoted > 0')} AS promoted
       FROM (
         SELECT e.session, e.symbol, e.made, e.abstained, e.drift, COALESCE(d.failed, 0) AS failed,
                COALESCE(m.promoted, 0) AS promoted
         FROM (
           SELECT session, symbol, ${sumOf(`topic = 'forecast-made' AND trigger = 'features-computed'`)} AS made,
                  ${sumOf(`topic = 'forecast-made' AND trigger = 'features-computed' AND ${ABSTAINED}`)} AS abstained,
                  ${sumOf("topic = 'drift-detected'")} AS drift
           FROM events WHERE ${within} AND symbol IS NOT NULL GROUP BY session, symbol) e
         LEFT JOIN (
           SELECT session, subject, COUNT(*) AS failed FROM (${OPEN_DEAD_LETTERS}) AS open_letters
           WHERE ${within} GROUP BY session, subject) d ON d.session = e.session AND d.subject = e.symbol
         LEFT JOIN (
           SELECT session, symbol, COUNT(*) AS promoted FROM model_decisions
           WHERE ${within} AND decision = 'promoted' GROUP BY session, symbol) m
           ON m.session = e.session AND m.symbol = e.symbol) AS by_symbol
       GROUP BY session ORDER BY session DESC`,
      { from, to },
    );
  }

  private closes(session: string): Promise<readonly CloseRow[]> {
    return this.reader.query(
      `SELECT correlation_id, published_at, data FROM events
       WHERE session = CAST(@session AS DATE) AND topic = 'market-closed' ORDER BY published_at`,
      { session },
    );
  }
}

function runOf(
  symbol: string,
  row: RunRow,
  about: {
    readonly startedAt: string;
    readonly letter: LetterRow | undefined;
    readonly failure: FailureRow | undefined;
    readonly decision: string | null;
    readonly drifted: boolean;
  },
): SymbolRun {
  const { startedAt, letter, failure, decision, drifted } = about;
  const state = stateOf(row, about);
  const endedAt = endOf(state, row, letter);
  return {
    symbol,
    state,
    step: stepOf(row, drifted),
    startedAt,
    endedAt,
    seconds: endedAt === null ? null : secondsBetween(startedAt, endedAt),
    attempts: Math.max(1, row.attempts ?? 0, failure?.attempts ?? 0, letter?.attempts ?? 0),
    decision,
    drifted,
    detail:
      state === 'failed'
        ? `${letter?.subscription}: ${letter?.detail}`
        : state === 'retrying'
          ? (failure?.error ?? '')
          : '',
  };
}

function stateOf(
  row: RunRow,
  { letter, failure, drifted }: { letter?: LetterRow | undefined; failure?: FailureRow | undefined; drifted: boolean },
): RunState {
  // Drift is measured of a forecast, so that an abstention is the end.
  if (row.abstained > 0) return 'abstained';
  if (row.forecasts > 0 && (!drifted || row.drift_forecasts > 0)) return 'done';
  if (letter) return 'failed';
  return failure && failure.failed_at > row.published_at ? 'retrying' : 'running';
}

function endOf(state: RunState, row: RunRow, letter: LetterRow | undefined): string | null {
  if (state === 'done' || state === 'abstained') return row.recorded_at;
  return state === 'failed' ? (letter?.published_at ?? null) : null;
}

function stepOf(row: RunRow, drifted: boolean): string {
  const steps: [boolean, string][] = [
    [row.drift_forecasts > 0, 'forecast after drift'],
    [row.drift_decisions > 0, 'decide after drift'],
    [row.forecasts > 0 && drifted, 'measure drift'],
    [row.forecasts > 0, 'forecast'],
    [row.decisions > 0, 'decide'],
    [row.features > 0, 'compute features'],
    [row.bars > 0, 'fetch bars'],
  ];
  return steps.find(([reached]) => reached)?.[1] ?? 'announce';
}

/** The symbols that a close names; none where it leaves that to the configuration. */
function symbolsNamed({ data }: CloseRow): string[] {
  return (JSON.parse(data) as { symbols?: string[] }).symbols ?? [];
}

function notBegun(symbol: string): SymbolRun {
  return {
    ...{ symbol, state: 'waiting', step: 'announce', startedAt: null, endedAt: null, seconds: null, attempts: 0 },
    ...{ decision: null, drifted: false, detail: '' },
  };
}

function noSymbolOf(session: string): SessionSummary {
  return { session, symbols: 0, forecasts: 0, abstained: 0, failed: 0, running: 0, drift: 0, promoted: 0 };
}

/** Sorts runs, and says where a page goes on. */
function cursorOf({ state, symbol }: SymbolRun): string {
  return `${ORDER.indexOf(state)}-${symbol}`;
}

function isAfter(run: SymbolRun, cursor: string): boolean {
  return cursorOf(run) > cursor;
}

export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

function least(times: readonly string[]): string | null {
  return times.toSorted()[0] ?? null;
}

function greatest(times: readonly (string | null)[]): string | null {
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}
