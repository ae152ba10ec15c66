import { type ModelVersion } from '@closing-bell/contracts';
import { type FittedForecaster, loadForecaster } from '@closing-bell/forecasting';
import { type ModelRegistry } from '@closing-bell/registry';

// A network of 200 units holds about 1.5 MB, what it said of 5,000 sessions another 1.
const LOADED_MODELS = 50;

/** Loaded forecasters by the hash of their artifact, the ones used last. */
export class ModelCache {
  private readonly loaded = new Map<string, Promise<FittedForecaster>>();

  constructor(private readonly registry: ModelRegistry) {}

  /**
   * Runs `use` with the forecaster of a version, loading it where it is not loaded yet.
   *
   * @throws PermanentError where the registry's files are missing or damaged
   */
  async with<T>({ artifact }: ModelVersion, use: (forecaster: FittedForecaster) => T): Promise<T> {
    const key = artifact.sha256;
    const loading = this.loaded.get(key) ?? this.registry.load(artifact).then(loadForecaster);
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
