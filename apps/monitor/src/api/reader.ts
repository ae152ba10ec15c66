import { type Parameter, type Warehouse } from '@closing-bell/warehouse';

/** Beyond this many, the oldest answers are dropped. */
const MOST_ANSWERS = 500;
/** How old an answer may be. Another instance may have recorded something of which this one hears nothing. */
const LONGEST_MILLISECONDS = 10_000;

type Parameters = Readonly<Record<string, Parameter>>;

interface Kept {
  readonly rows: Promise<readonly object[]>;
  readonly until: number;
}

/**
 * Asks the warehouse for the pages that people look at. What was answered is kept until something is recorded, ten seconds at most: a
 * dashboard asks the same again, and each instance of the monitor hears only of what it records itself.
 */
export class Reader {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly warehouse: Pick<Warehouse, 'query'>,
    private readonly now: () => number,
  ) {}

  /** As {@link Warehouse.query}; the rows must not be changed. */
  async query<T extends object>(sql: string, parameters: Parameters = {}): Promise<readonly T[]> {
    const key = JSON.stringify([sql, parameters]);
    const known = this.kept.get(key);
    if (known && known.until > this.now()) return known.rows as Promise<readonly T[]>;
    // Kept while it is on its way, so that many who ask at once share one query; a failure is not kept.
    const rows = this.warehouse.query<T>(sql, parameters);
    const entry: Kept = { rows, until: this.now() + LONGEST_MILLISECONDS };
    this.kept.delete(key);
    this.kept.set(key, entry);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_ANSWERS && oldest !== undefined) this.kept.delete(oldest);
    rows.catch(() => this.kept.get(key) === entry && this.kept.delete(key));
    return rows;
  }

  /** To be called when something is recorded: whoever asks from then on sees it. */
  forget(): void {
    this.kept.clear();
  }
}
