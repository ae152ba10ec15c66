import { type ObjectStore } from '@closing-bell/storage';
import { type ArtifactStore } from './artifact-store';

/** Artifacts in an object store that is reached without MLflow's server. */
export class ObjectArtifacts implements ArtifactStore {
  constructor(
    private readonly objects: ObjectStore,
    /** Begins the keys of all artifacts. */
    private readonly prefix: string,
  ) {}

  async put(path: string, bytes: Buffer): Promise<void> {
    const key = this.prefix + path;
    // Whoever else writes this file writes the same bytes, or takes its turn.
    for (;;) {
      const object = await this.objects.read(key);
      if (object?.bytes.equals(bytes)) return;
      if (await this.objects.compareAndSwap(key, bytes, object?.version)) return;
    }
  }

  async get(path: string): Promise<Buffer | undefined> {
    return (await this.objects.read(this.prefix + path))?.bytes;
  }

  async list(): Promise<readonly string[]> {
    const paths: string[] = [];
    for await (const key of this.objects.list(this.prefix)) paths.push(key.slice(this.prefix.length));
    return paths;
  }
}
