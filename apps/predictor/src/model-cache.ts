import { type ModelVersion } from '@closing-bell/contracts';
import { type FittedForecaster, loadForecaster } from '@closing-bell/forecasting';
import { type ModelRegistry } from '@closing-bell/registry';
import { inSpan } from '@closing-bell/tracing';
import { type PredictorMetrics } from './predictor-metrics';

// A network of 200 units holds about 1.5 MB, what it said of 5,000 sessions another 1.
const LOADED_MODELS = 50;

/** Loaded forecasters by the hash of their artifact, the ones used last. */
export class ModelCache {
  private readonly loaded = new Map<string, Promise<FittedForecaster>>();

  constructor(
    private readonly registry: ModelRegistry,
    private readonly metrics: PredictorMetrics,
  ) {}

  /**
   * Runs `use` with the forecaster of a version, loading it where it is not loaded yet.
   *
   * @throws PermanentError where the registry's files are missing or damaged
   */
  async with<T>({ artifact }: ModelVersion, use: (forecaster: FittedForecaster) => T): Promise<T> {
    const key = artifact.sha256;
    const known = this.loaded.get(key);
    this.metrics.modelCacheRequests.inc({ result: known ? 'hit' : 'miss' });
    const loading = known ?? inSpan('load model', {}, async () => loadForecaster(await this.registry.load(artifact)));
    // Most recently used last.
    this.loaded.delete(key);
    this.loaded.set(key, loading);
    try {
      return use(await loading);
    } catch (error) {
      this.loaded.delete(key);
      throw error;
    } finally {
      this.evict();
    }
  }

  private evict(): void {
    while (this.loaded.size > LOADED_MODELS) {
      const [oldest] = this.loaded;
      if (oldest === undefined) return;
      this.loaded.delete(oldest[0]);
    }
  }
}
