import { FeatureComputer, type FeatureSet, type FeatureTable } from '@closing-bell/features';
import { type Bar } from '@closing-bell/market';

interface Progress {
  readonly computer: FeatureComputer;
  readonly bars: Bar[];
  /** One row a bar, in the set's order. */
  readonly rows: Float64Array[];
}

// About 2 MB for twenty years of one symbol: what an instance holds of the universe it happens to serve.
const REMEMBERED_SYMBOLS = 100;

/**
 * Features of a growing history. When a symbol's bars continue those it was asked for last, only the new ones are computed;
 * when anything before differs, all are. The result is the same to the bit, since the batch form runs the same steps.
 */
export class RollingFeatures {
  private readonly progress = new Map<string, Progress>();

  constructor(private readonly set: FeatureSet) {}

  featuresOf(symbol: string, bars: readonly Bar[]): FeatureTable {
    const known = this.progress.get(symbol);
    const { computer, rows, bars: seen } = known && continues(known.bars, bars) ? known : this.afresh();
    for (const bar of bars.slice(seen.length)) {
      rows.push(computer.update(bar));
      seen.push(bar);
    }
    this.remember(symbol, { computer, bars: seen, rows });
    return {
      sessions: bars.map(({ session }) => session),
      columns: Object.fromEntries(
        this.set.features.map(({ name }, feature) => [name, Float64Array.from(rows, (row) => row[feature] ?? NaN)]),
      ),
    };
  }

  private afresh(): Progress {
    return { computer: new FeatureComputer(this.set), bars: [], rows: [] };
  }

  private remember(symbol: string, progress: Progress): void {
    this.progress.delete(symbol);
    this.progress.set(symbol, progress);
    if (this.progress.size <= REMEMBERED_SYMBOLS) return;
    const [oldest] = this.progress.keys();
    if (oldest !== undefined) this.progress.delete(oldest);
  }
}

/** Whether `bars` begins with all of `seen`, to the bit. */
function continues(seen: readonly Bar[], bars: readonly Bar[]): boolean {
  return (
    seen.length <= bars.length &&
    seen.every((before, index) => {
      const now = bars[index];
      return (
        now !== undefined &&
        before.session === now.session &&
        before.open === now.open &&
        before.high === now.high &&
        before.low === now.low &&
        before.close === now.close &&
        Object.is(before.volume, now.volume)
      );
    })
  );
}
