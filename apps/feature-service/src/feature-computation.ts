import { aboutOf, type BarsIngested, type FeaturesComputed } from '@closing-bell/contracts';
import { type FeatureSet, featureSetHash } from '@closing-bell/features';
import { barsOfColumns } from '@closing-bell/market';
import { type SeriesStore } from '@closing-bell/storage';
import { inSpan } from '@closing-bell/tracing';
import { type FeatureMetrics } from './feature-metrics';
import { RollingFeatures } from './rolling-features';

/** Computes the feature set of a snapshot of bars and stores it. */
export class FeatureComputation {
  private readonly hash: string;
  private readonly rolling: RollingFeatures;

  constructor(
    private readonly series: SeriesStore,
    private readonly set: FeatureSet,
    private readonly metrics: FeatureMetrics,
  ) {
    this.hash = featureSetHash(set);
    this.rolling = new RollingFeatures(set);
  }

  async compute(ingested: BarsIngested): Promise<FeaturesComputed> {
    const { symbol, session, bars } = ingested;
    const snapshot = await this.series.load(bars);
    const table = await inSpan('compute features', {}, async () => {
      const stop = this.metrics.seconds.startTimer();
      const computed = this.rolling.featuresOf(symbol, barsOfColumns(snapshot.series));
      stop();
      return computed;
    });
    const features = await inSpan('store snapshot', {}, () =>
      this.series.save({
        kind: 'features',
        symbol,
        session,
        series: table,
        notes: { featureSet: this.set.name, version: this.set.version, hash: this.hash },
      }),
    );
    this.metrics.rows.inc(table.sessions.length);
    return {
      ...aboutOf(ingested),
      bars: { ...bars },
      features,
      featureSetHash: this.hash,
      rows: table.sessions.length,
    };
  }
}
