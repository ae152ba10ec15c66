import { PermanentError } from '@closing-bell/contracts';
import { type RawBars, type RawRow } from '../bars/bar';
import { localDateOf } from '../calendar/zoned-time';
import { type BarsRequest, type MarketDataSource } from './market-data-source';
import { SourceUnavailableError, type UnavailableReason } from './source-unavailable-error';
import { checkSymbol } from './symbol';

/** The first day of history that is asked for. */
const HISTORY_FROM = '2000-01-01';

/** The least time between the starts of two requests: Yahoo answers a burst with 429 for minutes. */
export const REQUEST_SPACING_MS = 500;

/** A throttled or failed request is made this often in all, before the message goes back to be retried later. */
const ATTEMPTS = 4;
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;

/** What the Yahoo source needs of the world. */
export interface YahooDependencies {
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  /** Uniform in [0, 1): the jitter of back-off. */
  readonly random: () => number;
  /** Resolves after some milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** An HTTP answer that is worth another try. */
class TryAgain extends Error {
  override readonly name = 'TryAgain';

  constructor(
    readonly reason: UnavailableReason,
    message: string,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

type Chart = Awaited<ReturnType<typeof chartOf>>;

/**
 * Daily bars from Yahoo Finance, for personal use under its terms. Yahoo works every split into all earlier prices and volumes, also
 * splits of days after the session asked for. Those later ones are taken out again, so that prices are as they were
 * known at that session; no later row and no later dividend has any part in the answer. What remains is that Yahoo's prices are 32-bit
 * floats: they are rounded to the seven digits that these carry, and the last of them may differ between an answer of the day itself and
 * one from after a split. A delisted symbol vanishes with all its history.
 */
export class YahooSource implements MarketDataSource {
  readonly name = 'yahoo';
  private turn: Promise<void> = Promise.resolve();
  private lastStart = -Infinity;

  constructor(private readonly dependencies: YahooDependencies) {}

  async bars(request: BarsRequest, signal?: AbortSignal): Promise<RawBars> {
    checkSymbol(request.symbol);
    const chart = await this.chart(request, signal);
    this.believe(chart, request);
    return {
      symbol: request.symbol,
      origin: `Yahoo Finance ${request.symbol}`,
      rows: this.rowsKnownAt(chart, request),
      vouchesFor: { finalBars: true, splitAdjustment: true },
      repairs: [],
    };
  }

  private async chart(request: BarsRequest, signal?: AbortSignal): Promise<Chart> {
    for (let attempt = 1; ; attempt++) {
      await this.spaced(signal);
      try {
        return await chartOf(request.symbol, this.dependencies, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof PermanentError) throw error;
        // What is neither ours nor of the wire is the client's own check of the answer's shape.
        const failure =
          error instanceof TryAgain
            ? error
            : new TryAgain('unbelievable-answer', errorText(error), undefined, { cause: error });
        if (attempt === ATTEMPTS) throw this.unavailable(request, failure.reason, failure.message, failure);
        const ceiling = Math.min(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS);
        const backOff = ceiling * (0.5 + this.dependencies.random() / 2);
        await this.dependencies.sleep(Math.max(backOff, failure.retryAfterMs ?? 0), signal);
      }
    }
  }

  /** Lets requests start one after the other, a spacing apart. */
  private spaced(signal?: AbortSignal): Promise<void> {
    const mine = this.turn.then(async () => {
      const wait = this.lastStart + REQUEST_SPACING_MS - this.dependencies.now().getTime();
      if (wait > 0) await this.dependencies.sleep(Math.min(wait, REQUEST_SPACING_MS), signal);
      this.lastStart = this.dependencies.now().getTime();
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Throws where the answer is not to the question. */
  private believe({ meta, quotes }: Chart, request: BarsRequest): void {
    const { symbol, session, calendar } = request;
    const doubt = (fault: string): never => {
      throw this.unavailable(request, 'unbelievable-answer', fault);
    };
    if (meta.symbol.toUpperCase() !== symbol.toUpperCase()) doubt(`the answer is about "${meta.symbol}"`);
    if (meta.dataGranularity !== '1d') doubt(`the answer has rows of ${meta.dataGranularity}, not of a day`);
    if (meta.exchangeTimezoneName !== calendar.timeZone || meta.currency !== calendar.currency) {
      throw new PermanentError(
        `Yahoo's ${symbol} trades in ${meta.currency} in ${meta.exchangeTimezoneName}, and so not on ${calendar.exchange} ` +
          `(${calendar.currency}, ${calendar.timeZone}). Ask for the symbol of the listing on ${calendar.exchange}.`,
        { reason: 'other-exchange', symbol, session, exchange: calendar.exchange },
      );
    }
    const sessions = quotes.map(({ date }) => localDateOf(date, calendar.timeZone));
    for (const [place, after] of sessions.slice(1).entries()) {
      if (after <= (sessions[place] ?? '')) doubt(`its row of ${after} does not follow the one before`);
    }
    if (sessions.at(-1) === session && meta.regularMarketTime < calendar.closeOf(session)) {
      throw this.unavailable(
        request,
        'bar-not-final',
        `its last trade is of ${meta.regularMarketTime.toISOString()}, before the close`,
      );
    }
  }

  private rowsKnownAt({ quotes, events }: Chart, { session, calendar }: BarsRequest): RawRow[] {
    const laterSplits = (events?.splits ?? [])
      .filter(({ date }) => localDateOf(date, calendar.timeZone) > session)
      .reduce((product, { numerator, denominator }) => product * (numerator / denominator), 1);
    const price = (value: number | null): number =>
      value === null ? Number.NaN : Number((value * laterSplits).toPrecision(7));

    return quotes
      .map(({ date, open, high, low, close, volume }) => ({
        session: localDateOf(date, calendar.timeZone),
        open: price(open),
        high: price(high),
        low: price(low),
        close: price(close),
        volume: volume === null ? Number.NaN : Math.round(volume / laterSplits),
        // Its dividends are those known today, and the splits are told outright: no evidence is needed.
        adjustedClose: Number.NaN,
      }))
      .filter((row) => row.session <= session);
  }

  private unavailable(
    { symbol, session }: BarsRequest,
    reason: UnavailableReason,
    fault: string,
    cause?: Error,
  ): SourceUnavailableError {
    return new SourceUnavailableError(
      `Yahoo has no usable bars of ${symbol} for ${session} now: ${fault}. It will be tried again.`,
      { reason, source: this.name, symbol, session },
      { cause },
    );
  }
}

async function chartOf(symbol: string, { fetch, now }: YahooDependencies, signal?: AbortSignal) {
  const silent = (): void => undefined;
  // Every service loads this library, and only an ingestor that asks Yahoo uses the package.
  const { default: YahooFinance } = await import('yahoo-finance2');
  const client = new YahooFinance({
    fetch: judged(fetch, symbol),
    fetchOptions: signal ? { signal } : {},
    versionCheck: false,
    validation: { logErrors: false, logOptionsErrors: false },
    logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
  });
  // Up to today, not to the session: a split after it must be known to be taken out again.
  return client.chart(encodeURIComponent(symbol), {
    period1: HISTORY_FROM,
    period2: now(),
    interval: '1d',
    events: 'split',
    includePrePost: false,
  });
}

/** A fetch that throws for every answer without bars: the client's own errors do not tell a throttled one from an unknown symbol. */
function judged(fetch: YahooDependencies['fetch'], symbol: string): typeof fetch {
  return async (input, init) => {
    let answer: Response;
    try {
      answer = await fetch(input, init);
    } catch (error) {
      throw new TryAgain('source-down', `it cannot be reached (${errorText(error)})`, undefined, { cause: error });
    }
    if (answer.ok) return answer;
    if (answer.status === 404) {
      throw new PermanentError(
        `Yahoo Finance knows no symbol "${symbol}"; it was asked for its chart. It may be misspelt or delisted.`,
        { reason: 'unknown-symbol', symbol, source: 'yahoo', looked: 'Yahoo Finance' },
      );
    }
    if (answer.status === 429 || answer.status === 999) {
      const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
      const wait = Number.isFinite(seconds) ? Math.min(seconds * 1_000, LONGEST_BACK_OFF_MS) : undefined;
      throw new TryAgain('source-throttled', `it throttles (HTTP ${answer.status})`, wait);
    }
    throw new TryAgain('source-down', `it answers HTTP ${answer.status}`);
  };
}

function errorText(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
