import { type ModelVersion } from '@closing-bell/contracts';
import { loadLstm, type LstmModel } from '@closing-bell/forecasting';
import { type ModelRegistry } from '@closing-bell/registry';

// A network of 200 units holds about 1.5 MB.
const LOADED_MODELS = 50;

/** Loaded models by the hash of their artifact, the ones used last. */
export class ModelCache {
  private readonly loaded = new Map<string, Promise<LstmModel>>();

  constructor(private readonly registry: ModelRegistry) {}

  /**
   * Runs `use` with the model of a version, loading it where it is not loaded yet.
   *
   * @throws PermanentError where the registry's files are missing or damaged
   */
  async with<T>({ artifact }: ModelVersion, use: (model: LstmModel) => T): Promise<T> {
    const key = artifact.sha256;
    const loading = this.loaded.get(key) ?? this.registry.load(artifact).then(loadLstm);
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
