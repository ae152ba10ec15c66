/** How large what is recorded is. */
export interface CostQuestion {
  readonly symbols: number;
  /** Years of closes that the dataset holds. */
  readonly years: number;
  /** From a close to its last forecast, in minutes: forecasts are scored all the while. */
  readonly closeMinutes: number;
}

/** What one close, and a month of them, take of BigQuery. Bytes are logical ones, by which BigQuery charges. US dollars. */
export interface CloseCost {
  readonly appended: { readonly rows: number; readonly bytes: number };
  readonly scoring: { readonly queries: number; readonly bytes: number };
  readonly stored: { readonly rows: number; readonly bytes: number };
  /** Without Google's free tier, and with it where nothing else of the billing account uses it. */
  readonly dollars: { readonly close: number; readonly month: number; readonly monthWithFreeTier: number };
}

/** Rows of one close and bytes of one row: for each symbol, counted over the sixty closes of the demo. A test holds them to a replay. */
const RECORDED = {
  events: { rows: 7.3, bytes: 974 },
  bars: { rows: 1, bytes: 283 },
  forecasts: { rows: 10, bytes: 641 },
  outcomes: { rows: 9.1, bytes: 88 },
  modelDecisions: { rows: 1.4, bytes: 472 },
  driftScores: { rows: 6, bytes: 144 },
} as const;

/** Bytes of an append's id, which each row carries. */
const APPEND_ID_BYTES = 45;

/** What the scorer reads of a row: the key, the id and, of a forecast, its quantiles. */
const SCORED = {
  forecasts: 39 * 8 + 12 * 8 + APPEND_ID_BYTES,
  outcomes: 5 * 8 + APPEND_ID_BYTES,
  bars: 3 * 8 + APPEND_ID_BYTES,
};

/** A query of the scorer bounds its rows to thirty days before and after a close: up to three monthly partitions of each table. */
const SCORED_SESSIONS = 3 * 21;
/** What the performance alarm reads of a forecast: the key, the id and eight numbers; of a hundred days, up to five partitions. */
const JUDGED_BYTES = 5 * 8 + 8 * 8 + APPEND_ID_BYTES;
const JUDGED_SESSIONS = 5 * 21;
/** BigQuery answers a small query in about two seconds; what is to be scored meanwhile shares the next. */
const QUERY_SECONDS = 2;
/** BigQuery charges each table of a query for at least so much. */
const LEAST_BYTES_A_TABLE = 10 * 2 ** 20;

const SESSIONS_A_YEAR = 252;
const SESSIONS_A_MONTH = 21;

/** List prices of the multi-region US, and what of each is free in a month. Source: BigQuery's pricing page. */
const PRICES = {
  appendedTebibyte: { dollars: 0.025 * 1024, free: 2 },
  queriedTebibyte: { dollars: 6.25, free: 1 },
  storedGibibyteMonth: { dollars: 0.02, free: 10 },
} as const;

const TEBIBYTE = 2 ** 40;
const GIBIBYTE = 2 ** 30;

/** An estimate from what a symbol's close records and from list prices. What people ask by the API or Looker Studio comes on top. */
export function closeCost({ symbols, years, closeMinutes }: CostQuestion): CloseCost {
  const kinds = Object.values(RECORDED);
  const rows = symbols * sum(kinds.map((kind) => kind.rows));
  const bytes = symbols * sum(kinds.map((kind) => kind.rows * (kind.bytes + APPEND_ID_BYTES)));
  const closes = years * SESSIONS_A_YEAR;
  // A symbol's bar and its forecast are each followed by a query, unless others wait for the same one.
  const rounds = (60 * closeMinutes) / QUERY_SECONDS;
  const scorings = Math.ceil(Math.min(2 * symbols, rounds));
  const sessions = Math.min(SCORED_SESSIONS, Math.max(closes, 1));
  const bytesAScoring = sum(
    (
      [
        ['forecasts', SCORED.forecasts],
        ['outcomes', SCORED.outcomes],
        ['bars', SCORED.bars],
      ] as const
    ).map(([name, each]) => Math.max(LEAST_BYTES_A_TABLE, symbols * sessions * RECORDED[name].rows * each)),
  );
  // And each forecast by a look at those before it.
  const judgements = Math.ceil(Math.min(symbols, rounds));
  const judged = symbols * Math.min(JUDGED_SESSIONS, Math.max(closes, 1)) * RECORDED.forecasts.rows;
  const queries = scorings + judgements;
  const queried = scorings * bytesAScoring + judgements * Math.max(LEAST_BYTES_A_TABLE, judged * JUDGED_BYTES);
  const perMonth = {
    appended: (SESSIONS_A_MONTH * bytes) / TEBIBYTE,
    queried: (SESSIONS_A_MONTH * queried) / TEBIBYTE,
    stored: (closes * bytes) / GIBIBYTE,
  };
  const month = (isFree: boolean) =>
    charge(perMonth.appended, PRICES.appendedTebibyte, isFree) +
    charge(perMonth.queried, PRICES.queriedTebibyte, isFree) +
    charge(perMonth.stored, PRICES.storedGibibyteMonth, isFree);
  const close =
    charge(perMonth.appended, PRICES.appendedTebibyte, false) + charge(perMonth.queried, PRICES.queriedTebibyte, false);
  return {
    appended: { rows: Math.round(rows), bytes: Math.round(bytes) },
    scoring: { queries, bytes: Math.round(queried) },
    stored: { rows: Math.round(closes * rows), bytes: Math.round(closes * bytes) },
    dollars: { close: close / SESSIONS_A_MONTH, month: month(false), monthWithFreeTier: month(true) },
  };
}

function charge(amount: number, { dollars, free }: { dollars: number; free: number }, isFree: boolean): number {
  return dollars * Math.max(0, amount - (isFree ? free : 0));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
