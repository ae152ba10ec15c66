import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PermanentError } from '@closing-bell/contracts';
import { openArtifacts } from '../../src/mlflow/artifact-store';
import { MlflowConnection } from '../../src/mlflow/mlflow-connection';

const connection = new MlflowConnection(
  { url: 'http://mlflow.example:5000' },
  {
    fetch: () => {
      throw new Error('nobody is to be asked');
    },
    random: () => 0,
    sleep: async () => undefined,
  },
);

describe('artifacts in a folder', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'registry-artifacts-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a file URL', (path: string) => pathToFileURL(path).href],
    ['a path', (path: string) => path],
  ])('that %s names are plain files in it, without asking the server', async (_, uriOf) => {
    const root = join(folder, 'run/artifacts');
    const store = openArtifacts(uriOf(root), connection);
    expect(await store.list()).toEqual([]);
    expect(await store.get('data/model.keras')).toBeUndefined();
    await store.put('data/model.keras', Buffer.from('first'));
    await store.put('data/model.keras', Buffer.from('second'));
    await store.put('MLmodel', Buffer.from('x'));
    expect(await store.list()).toEqual(['MLmodel', 'data/model.keras']);
    expect(await store.get('data/model.keras')).toEqual(Buffer.from('second'));
    expect(readFileSync(join(root, 'data/model.keras'), 'utf8')).toBe('second');
  });

  it('have nothing beside them that is no artifact', async () => {
    await openArtifacts(join(folder, 'run/artifacts'), connection).put('MLmodel', Buffer.from('x'));
    expect(existsSync(join(folder, 'run/artifacts/.temporary'))).toBe(false);
  });
});

describe('artifacts that cannot be reached', () => {
  it.each([
    's3://bucket/1/run/artifacts',
    'mlflow-artifacts://elsewhere.example/1/run/artifacts',
    './mlruns/1/artifacts',
  ])('are refused with what to do: %s', (uri) => {
    expect(() => openArtifacts(uri, connection)).toThrow(PermanentError);
    expect(() => openArtifacts(uri, connection)).toThrow(/--serve-artifacts/);
  });
});
