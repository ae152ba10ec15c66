import { type FeaturesComputed } from '@closing-bell/contracts';
import { SeriesStore } from '@closing-bell/storage';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type Indicators } from './answers';
import { KnownSessions } from './known-sessions';
import { lastOf } from './pages';
import { Reader } from './reader';

interface IndicatorQuestion {
  readonly names: readonly string[] | undefined;
  readonly to: string | undefined;
  readonly limit: number;
}

/** Reads the snapshots of features that the trainer and the predictor read. */
@Injectable()
export class IndicatorQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
    @Inject(SeriesStore) private readonly series: SeriesStore,
  ) {}

  async indicators(symbol: string, { names: asked, to: day, limit }: IndicatorQuestion): Promise<Indicators> {
    const computed = await this.computed(symbol, await this.sessions.upTo(day));
    if (!computed) {
      const until = day === undefined ? '' : ` up to ${day}`;
      throw new NotFoundException(`no features of ${symbol} were computed${until}; replay a close of it first`);
    }
    const { series, notes } = await this.series.load(computed.features);
    const names = Object.keys(series.columns);
    const unknown = (asked ?? []).filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      throw new NotFoundException(`there is no feature ${unknown.join(', ')}; there are ${names.join(', ')}`);
    }
    return {
      symbol,
      session: computed.session,
      featureSet: setOf(notes),
      ...computed.features,
      names,
      sessions: series.sessions.slice(-limit),
      columns: Object.fromEntries(
        (asked ?? names).map((name) => [
          name,
          Array.from(series.columns[name]?.subarray(-limit) ?? [], (value) => (Number.isFinite(value) ? value : null)),
        ]),
      ),
    };
  }

  /** What the feature service said last of a symbol, up to a session. */
  async computed(symbol: string, to: string): Promise<FeaturesComputed | undefined> {
    const [row] = await lastOf({ to, limit: 1 }, (from) =>
      this.reader.query<{ data: string }>(
        `SELECT data FROM events
         WHERE topic = 'features-computed' AND symbol = @symbol
           AND session BETWEEN CAST(@from AS DATE) AND CAST(@to AS DATE)
         ORDER BY session DESC, published_at DESC LIMIT 1`,
        { symbol, from, to },
      ),
    );
    return row && (JSON.parse(row.data) as FeaturesComputed);
  }
}

/** Name and version of the feature set, of which a snapshot's notes tell. */
function setOf(notes: unknown): string {
  const { featureSet = 'unknown', version } = (notes ?? {}) as { featureSet?: string; version?: number };
  return version === undefined ? featureSet : `${featureSet} ${version}`;
}
