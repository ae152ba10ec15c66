/**
 * What one symbol did in one session, checked and cleaned. Prices are in the exchange's currency, split-adjusted to what was
 * known at the last session of the series; finite, positive, and low ≤ open, close ≤ high.
 */
export interface Bar {
  /** 'YYYY-MM-DD' in the exchange's time zone. */
  readonly session: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /**
   * Shares traded, ≥ 0; NaN where the source publishes none (an index such as the VIX) or none that can be true. NaN, not 0, so
   * that whatever is computed from an unknown volume is unknown too, and never mistaken for a session without a trade.
   */
  readonly volume: number;
}

/** One row as a source gave it: its date and numbers are read, but nothing about it is believed yet. NaN: not given. */
export interface RawRow {
  /** The date in the exchange's time zone, 'YYYY-MM-DD'; perhaps not a session. */
  readonly session: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** The vendor's close adjusted for splits and dividends. Only ever evidence about splits, never a price. */
  readonly adjustedClose: number;
}

/** A source's answer: raw rows in its own order, none later than the session asked for. */
export interface RawBars {
  readonly symbol: string;
  /** Where the rows come from, for messages and lineage. */
  readonly origin: string;
  readonly rows: readonly RawRow[];
  /** What the source vouches for; what it does not, cleaning looks for itself. */
  readonly vouchesFor: {
    /** No row is of a session still going on when the source wrote it. */
    readonly finalBars: boolean;
    /** Every split up to the last row is already worked into the prices before it. */
    readonly splitAdjustment: boolean;
  };
  /** What was repaired while the rows were read. */
  readonly repairs: readonly Repair[];
}

/** A note that a cleaning rule changed, dropped or flagged something. `before` and `after` are for people. */
export interface Repair {
  /** Name of the rule. */
  readonly rule: string;
  /** The session concerned; the first of them where the note speaks of several. */
  readonly session: string;
  readonly before: string;
  readonly after: string;
}
