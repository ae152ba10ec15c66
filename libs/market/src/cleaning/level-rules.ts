import { type RawRow } from '../bars/bar';
import { type CleaningRule } from './cleaning';
import { recentTrading } from './recent-trading';

/**
 * Ratios of a new price to the old one that splits, bonus issues and consolidations make. Not 2: a price that doubles is more often
 * real than a consolidation of two shares into one.
 */
const SPLIT_RATIOS = [2 / 3, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 8, 1 / 10, 1 / 20, 3, 4, 5, 6, 7, 8, 10, 15, 20];

/** A close within these multiples of the one before is taken as it stands. */
const LOWEST_FALL = 0.76;
const LOWEST_RISE = 1.75;

/** How near the first and the last price of the day must be to a split's ratio, as logarithms: in all, and as a share of the ratio's own. */
const OPEN_TOLERANCE = { most: 0.08, share: 0.13 };
const CLOSE_TOLERANCE = { most: 0.12, share: 0.17 };

/** A split is no news: the day's turnover stays like that of the days before. Consolidations are made where there is little of it. */
const CALM_TURNOVER_FALL = { least: 0.25, most: 3.25 };
const CALM_TURNOVER_RISE = { least: 0.1, most: 12 };

/** And so does its range, in multiples of theirs; a fall to half or two thirds can be a crash, and is held to less. */
const CALM_RANGE = 6;
const CALM_RANGE_OF_CRASHES = 4;

/** How far the vendor's own adjustment must go, as a logarithm, to be an event that explains such a day. */
const EVENT = Math.log(1.2);

/** How near a vendor's ratio must be to a split's to be taken for it, relative. */
const SNAP = 0.015;

/** A price that moves this far on less than this share of the usual turnover did not move: it is another instrument's. */
const JUMP = Math.log(1.6);
const UNTRADED = 0.2;

/** Moves beyond this are worth a note, as a logarithm of the ratio of closes. */
const LARGE_MOVE = Math.log(1.5);

export const unadjustedSplit: CleaningRule = {
  name: 'unadjusted-split',
  detects:
    "a price that opens and closes near a split's multiple of the one before, on a day that is calm in range and turnover, or " +
    "where the vendor's adjusted close tells of an event. A crash is neither: it is told by its range and turnover",
  does: "multiplies all earlier prices by the ratio, and divides their volumes by it where it is a split's",
  apply: (rows, { vouchesFor, note }) => {
    if (vouchesFor.splitAdjustment) return rows;
    const hasEvidence = rows.some(({ close, adjustedClose }) => Math.abs(adjustedClose / close - 1) > 1e-6);
    const adjusted = [...rows];
    let priceFactor = 1;
    let shareFactor = 1;
    for (let place = rows.length - 1; place >= 0; place--) {
      const row = rows[place];
      if (!row) continue;
      if (priceFactor !== 1) adjusted[place] = scaled(row, priceFactor, shareFactor);
      const found = hasEvidence ? ratioOnEvidence(rows, place) : ratioFromPrices(rows, place);
      if (!found) continue;
      priceFactor *= found.ratio;
      if (found.isSplit) shareFactor *= found.ratio;
      note(
        row.session,
        `close ${rows[place - 1]?.close} before, ${row.close} after: an unadjusted ${found.isSplit ? 'split' : 'event'}`,
        `earlier prices times ${found.ratio}${found.isSplit ? ', volumes divided by it' : ''}`,
      );
    }
    return adjusted;
  },
};

export const untradedLevel: CleaningRule = {
  name: 'untraded-level',
  detects: 'a price that moves by more than 1.6 times on less than a fifth of the usual turnover',
  does: "refuses: the row is another instrument's",
  apply: (rows, { refuse }) => {
    for (const [place, row] of rows.entries()) {
      const before = rows[place - 1];
      if (!before || Math.abs(Math.log(row.close / before.close)) < JUMP) continue;
      const usual = recentTrading(rows, place);
      if (!usual || usual.range === 0 || Number.isNaN(row.volume)) continue;
      const share = (row.close * row.volume) / usual.turnover;
      if (share < UNTRADED) {
        refuse(row.session, `close ${before.close}, then ${row.close}, on ${percent(share)} of the usual turnover`);
      }
    }
    return rows;
  },
};

export const largeMove: CleaningRule = {
  name: 'large-move',
  detects: 'a close 1.5 times the one before, or less than two thirds of it, that no other rule explains',
  does: 'keeps it, with a note: such days are real',
  apply: (rows, { note }) => {
    for (const [place, row] of rows.entries()) {
      const before = rows[place - 1];
      if (before && Math.abs(Math.log(row.close / before.close)) > LARGE_MOVE) {
        note(row.session, `close ${before.close}, then ${row.close}`, 'kept');
      }
    }
    return rows;
  },
};

interface Found {
  readonly ratio: number;
  /** Whether shares were split, rather than something else taken out of the price. */
  readonly isSplit: boolean;
}

/** The ratio that the vendor's adjusted closes tell of. Only their change from one row to the next counts, which no later event alters. */
function ratioOnEvidence(rows: readonly RawRow[], place: number): Found | undefined {
  const row = rows[place];
  const before = rows[place - 1];
  if (!row || !before || isUsual(row, before)) return undefined;
  const event = row.adjustedClose / before.adjustedClose / (row.close / before.close);
  if (!(Math.abs(Math.log(event)) > EVENT)) return undefined;
  // Vendors know splits of any number of shares, such as 1 for 35.
  const whole = Math.round(Math.max(event, 1 / event));
  const split = [...SPLIT_RATIOS, whole, 1 / whole].find((ratio) => Math.abs(event * ratio - 1) < SNAP);
  return split === undefined
    ? { ratio: Number((1 / event).toPrecision(6)), isSplit: false }
    : { ratio: split, isSplit: true };
}

function ratioFromPrices(rows: readonly RawRow[], place: number): Found | undefined {
  const row = rows[place];
  const before = rows[place - 1];
  if (!row || !before || isUsual(row, before)) return undefined;
  const usual = recentTrading(rows, place);
  if (!usual || usual.range === 0) return undefined;
  const ratio = SPLIT_RATIOS.find(
    (candidate) =>
      isNear(row.open / before.close, candidate, OPEN_TOLERANCE) &&
      isNear(row.close / before.close, candidate, CLOSE_TOLERANCE),
  );
  if (ratio === undefined) return undefined;
  const turnover = (row.close * row.volume) / usual.turnover;
  const calm = ratio < 1 ? CALM_TURNOVER_FALL : CALM_TURNOVER_RISE;
  const calmRange = usual.range * (ratio < 1 / 2 || ratio > 1 ? CALM_RANGE : CALM_RANGE_OF_CRASHES);
  // A day of a single price proves nothing: the instrument hardly traded.
  const isCalm =
    row.high > row.low && turnover >= calm.least && turnover <= calm.most && row.high / row.low - 1 <= calmRange;
  return isCalm ? { ratio, isSplit: true } : undefined;
}

function isNear(move: number, ratio: number, tolerance: { readonly most: number; readonly share: number }): boolean {
  return Math.abs(Math.log(move / ratio)) <= Math.min(tolerance.most, tolerance.share * Math.abs(Math.log(ratio)));
}

function isUsual(row: RawRow, before: RawRow): boolean {
  const move = row.close / before.close;
  return move > LOWEST_FALL && move < LOWEST_RISE;
}

function scaled(row: RawRow, priceFactor: number, shareFactor: number): RawRow {
  return {
    ...row,
    open: row.open * priceFactor,
    high: row.high * priceFactor,
    low: row.low * priceFactor,
    close: row.close * priceFactor,
    volume: row.volume / shareFactor,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
