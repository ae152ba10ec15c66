import { type FeatureSet, type FeatureTable } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';

/** What is looked at, apart from drift: data may be broken without having moved, and move without being broken. */
export type QualityCheckName = 'missing-values' | 'unfinished-last-bar' | 'stale-rows' | 'feature-set';

/** What came of one check. */
export interface QualityCheck {
  readonly check: QualityCheckName;
  readonly passed: boolean;
  /** What was found, with its numbers. */
  readonly detail: string;
}

/** Features and what they should be. */
export interface CheckedFeatures {
  readonly table: FeatureTable;
  readonly expected: FeatureSet;
}

/** Rows in a row that repeat the one before, volume and all, of a source that has stopped (decision 10). */
const STALE = 3;
/** A volume is compared with the median of this many sessions before, and that ratio with those of the year before. */
const USUAL = 20;
const YEAR = 250;
const FEWEST_RATIOS = 120;
/** Below this share of the year's lowest ratio, a session's volume is that of a part of it. */
const BELOW_LOWEST = 0.8;

/**
 * Checks of bars, and of the features that were made of them where those are given; each in its own right.
 * bars: bar[n], oldest first → three checks, or four with features.
 */
export function dataQuality(bars: readonly Bar[], features?: CheckedFeatures): QualityCheck[] {
  return [
    missingValues(bars, features),
    unfinishedLastBar(bars),
    staleRows(bars),
    ...(features ? [featureSet(bars, features)] : []),
  ];
}

/** Prices must be there; an unknown volume is told, since an index may have none. Features may be missing through their warm-up. */
function missingValues(bars: readonly Bar[], features?: CheckedFeatures): QualityCheck {
  const prices = bars.filter(({ open, high, low, close }) => ![open, high, low, close].every(Number.isFinite)).length;
  const volumes = bars.filter(({ volume }) => !Number.isFinite(volume)).length;
  let values = 0;
  for (const { name, warmUp } of features?.expected.features ?? []) {
    values += features?.table.columns[name]?.slice(warmUp).filter((value) => !Number.isFinite(value)).length ?? 0;
  }
  return {
    check: 'missing-values',
    passed: bars.length > 0 && prices === 0 && values === 0,
    detail: `${prices} of ${bars.length} bars lack a price, ${volumes} a volume; ${values} values of features are missing after their warm-up.`,
  };
}

/** By its volume beside the year before, half days included, so that one passes for what it is. */
function unfinishedLastBar(bars: readonly Bar[]): QualityCheck {
  const last = bars.length - 1;
  const ratio = volumeRatio(bars, last);
  const before: number[] = [];
  for (let place = Math.max(USUAL, last - YEAR); place < last; place++) {
    const past = volumeRatio(bars, place);
    if (past >= 0) before.push(past);
  }
  if (!(ratio >= 0) || before.length < FEWEST_RATIOS) {
    return { check: 'unfinished-last-bar', passed: true, detail: 'There are too few volumes to tell by.' };
  }
  const lowest = Math.min(...before);
  return {
    check: 'unfinished-last-bar',
    passed: ratio >= BELOW_LOWEST * lowest,
    detail: `The last volume is ${ratio.toFixed(2)} of the usual; the least of a year was ${lowest.toFixed(2)}.`,
  };
}

function staleRows(bars: readonly Bar[]): QualityCheck {
  let repeats = 0;
  while (repeats + 1 < bars.length && isRepeated(bars.at(-1 - repeats), bars.at(-2 - repeats))) repeats += 1;
  return {
    check: 'stale-rows',
    passed: repeats < STALE,
    detail: `The last ${repeats} of ${bars.length} rows repeat the row before.`,
  };
}

function featureSet(bars: readonly Bar[], { table, expected }: CheckedFeatures): QualityCheck {
  const names = Object.keys(table.columns);
  const wanted = expected.features.map(({ name }) => name);
  const missing = wanted.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !wanted.includes(name));
  const uneven = names.filter((name) => table.columns[name]?.length !== table.sessions.length);
  const [session = 'none', bar = 'none'] = [table.sessions.at(-1), bars.at(-1)?.session];
  const faults = [
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`not in the set: ${unknown.join(', ')}`] : []),
    ...(uneven.length > 0 ? [`not one value a session: ${uneven.join(', ')}`] : []),
    ...(session === bar ? [] : [`the last row is of ${session}, the last bar of ${bar}`]),
  ];
  return {
    check: 'feature-set',
    passed: faults.length === 0,
    detail:
      faults.length === 0 ? `All ${names.length} columns of ${expected.name} are there.` : `${faults.join('; ')}.`,
  };
}

function isRepeated(bar: Bar | undefined, before: Bar | undefined): boolean {
  return (
    bar !== undefined &&
    before !== undefined &&
    (['open', 'high', 'low', 'close', 'volume'] as const).every((name) => Object.is(bar[name], before[name]))
  );
}

/** Volume over the median of those known among the twenty rows before; NaN where there is none. */
function volumeRatio(bars: readonly Bar[], place: number): number {
  const known = bars
    .slice(Math.max(0, place - USUAL), place)
    .map(({ volume }) => volume)
    .filter((volume) => volume > 0)
    .sort((a, b) => a - b);
  const middle = ((known[(known.length - 1) >> 1] ?? NaN) + (known[known.length >> 1] ?? NaN)) / 2;
  return (bars[place]?.volume ?? NaN) / middle;
}
