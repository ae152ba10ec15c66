import { type ArtifactStore } from '../../src/mlflow/artifact-store';
import { artifactUriOf, manifestFiles, manifestOf, readFiles, readManifest } from '../../src/mlflow/model-manifest';
import { type NewModel } from '../../src/model-registry';

const REFERENCE = { uri: 'file:///x', sha256: 'a'.repeat(64) };
const MODEL: NewModel = {
  name: '^GSPC',
  decision: 'd',
  run: 'r',
  moment: { session: '2020-03-24', trigger: 'features-computed' },
  kind: 'model',
  forecaster: 'blend',
  files: { 'weights.bin': Buffer.from([0, 255]), 'plots/a plot.svg': Buffer.from('<svg/>') },
  featureSetHash: 'f',
  metrics: { crps: 0.1 + 0.2 },
  lineage: { bars: REFERENCE, features: REFERENCE, seed: 1, parameters: { units: 8 } },
};

function storeOf(files: Readonly<Record<string, Buffer>>): ArtifactStore {
  return {
    get: async (path) => files[path],
    put: () => Promise.reject(new Error('nothing is written here')),
    list: async () => Object.keys(files),
  };
}

describe('a model’s manifest', () => {
  const files = manifestFiles(MODEL);
  const store = storeOf(files);
  const folder = 'mlflow-artifacts:/1/models/m-0/artifacts';

  it('lies in one folder with the files that it gives the hashes of', () => {
    expect(Object.keys(files).sort()).toEqual([
      'closing-bell/files/plots/a plot.svg',
      'closing-bell/files/weights.bin',
      'closing-bell/manifest.json',
    ]);
  });

  it.each([
    [folder, 'mlflow-artifacts:///1/models/m-0/artifacts'],
    ['gs://bucket/1/models/m-0/artifacts', 'gs://bucket/1/models/m-0/artifacts'],
    ['/srv/mlflow/1/models/m-0', 'file:///srv/mlflow/1/models/m-0'],
    ['mlflow-artifacts://host/1', 'mlflow-artifacts://host/1'],
  ])('has an address that messages take and that leads back to %s', async (artifactUri, absolute) => {
    const { artifact } = await manifestOf(store, artifactUri);
    expect(artifact.uri).toBe(`${absolute}/closing-bell/manifest.json`);
    expect(artifactUriOf(artifact)).toBe(absolute);
  });

  it('gives back what was registered', async () => {
    const { artifact, manifest } = await manifestOf(store, folder);
    expect(await readManifest(store, artifact)).toEqual(manifest);
    expect(await readFiles(store, folder, manifest)).toEqual(MODEL.files);
    const { files: _, ...about } = MODEL;
    expect(manifest).toMatchObject(about);
  });

  it('is refused with the address of what is damaged or missing', async () => {
    const { artifact, manifest } = await manifestOf(store, folder);
    const { 'closing-bell/files/weights.bin': weights, ...rest } = files;
    const damaged = storeOf({ ...rest, 'closing-bell/files/weights.bin': weights?.subarray(1) ?? Buffer.alloc(0) });
    const uri = `${folder}/closing-bell/files/weights.bin`;
    await expect(readFiles(damaged, folder, manifest)).rejects.toMatchObject({
      reason: 'corrupt-object',
      details: { uri },
    });
    await expect(readFiles(storeOf(rest), folder, manifest)).rejects.toMatchObject({
      reason: 'missing-object',
      details: { uri },
    });
    await expect(readManifest(storeOf({}), artifact)).rejects.toMatchObject({ reason: 'missing-object' });
    await expect(manifestOf(storeOf({}), folder)).rejects.toMatchObject({ reason: 'missing-object' });
    expect(() => artifactUriOf(REFERENCE)).toThrow('file:///x is no model in MLflow');
  });
});
