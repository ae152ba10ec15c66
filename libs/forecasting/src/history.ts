import { PermanentError } from '@closing-bell/contracts';
import { type FeatureTable } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';

/**
 * What is known of one symbol at a forecast origin: bars and features of the same sessions, oldest first. The last
 * session is the origin; nothing later is in it.
 */
export interface History {
  readonly bars: readonly Bar[];
  readonly features: FeatureTable;
}

/** Pairs bars with their features. Throws PermanentError `misaligned-history` unless both are of the same sessions in order. */
export function alignHistory(bars: readonly Bar[], features: FeatureTable): History {
  const length = Math.max(bars.length, features.sessions.length);
  for (let index = 0; index < length; index++) {
    const bar = bars[index]?.session ?? 'nothing';
    const row = features.sessions[index] ?? 'nothing';
    if (bar !== row) {
      throw new PermanentError(
        `Bars and features must be of the same sessions, but at ${index} there is a bar of ${bar} and a row of ${row}. Compute the features of these bars again.`,
        { reason: 'misaligned-history', index, bar, features: row },
      );
    }
  }
  return { bars, features };
}

/** The history as it was at an earlier origin. origin: index of a bar, which becomes the last one. */
export function historyUntil({ bars, features }: History, origin: number): History {
  const length = origin + 1;
  return {
    bars: bars.slice(0, length),
    features: {
      sessions: features.sessions.slice(0, length),
      columns: Object.fromEntries(
        Object.entries(features.columns).map(([name, column]) => [name, column.subarray(0, length)]),
      ),
    },
  };
}
