import { type ArtifactStore } from './artifact-store';
import { type MlflowConnection } from './mlflow-connection';
import { MlflowRefusedError } from './mlflow-errors';

const ROOT = 'mlflow-artifacts/artifacts';

interface Listing {
  readonly files?: readonly { readonly path: string; readonly is_dir?: boolean }[];
}

/** Artifacts that go through MLflow's server. */
export class ProxiedArtifacts implements ArtifactStore {
  constructor(
    private readonly connection: MlflowConnection,
    /** Folder of the server's store. */
    private readonly folder: string,
  ) {}

  async put(path: string, bytes: Buffer): Promise<void> {
    await this.connection.bytes({ method: 'PUT', path: this.pathOf(path), body: bytes, repeatable: true });
  }

  async get(path: string): Promise<Buffer | undefined> {
    try {
      return await this.connection.bytes({ method: 'GET', path: this.pathOf(path), repeatable: true });
    } catch (error) {
      if (error instanceof MlflowRefusedError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly string[]> {
    return this.listFolder('');
  }

  private async listFolder(folder: string): Promise<string[]> {
    const path = `${this.folder}/${folder}`.replace(/\/$/, '');
    const { files = [] } = await this.connection.json<Listing>({
      method: 'GET',
      path: ROOT,
      query: { path },
      repeatable: true,
    });
    const found: string[] = [];
    for (const file of files) {
      const name = `${folder}${file.path}`;
      if (file.is_dir) found.push(...(await this.listFolder(`${name}/`)));
      else found.push(name);
    }
    return found;
  }

  private pathOf(path: string): string {
    return `${ROOT}/${`${this.folder}/${path}`.split('/').map(encodeURIComponent).join('/')}`;
  }
}
