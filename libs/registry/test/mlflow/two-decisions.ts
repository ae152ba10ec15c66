import { type ArtifactStore } from '../../src/mlflow/artifact-store';
import { type MlflowModelRegistry } from '../../src/mlflow/mlflow-registry';
import { type NewModel, type Run } from '../../src/model-registry';
import { ledgerOn, registryOn } from './real-mlflow';

const BARS = { uri: 'file:///bars.json', sha256: 'ab'.repeat(32) };
const FEATURES = { uri: 'file:///features.json', sha256: 'cd'.repeat(32) };
const CARD = Buffer.from('# A card');

/** Two decisions of one symbol, each of which trains, registers and appoints: the second one is disturbed. */
export class TwoDecisions {
  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {}

  async first(): Promise<void> {
    const registry = registryOn(this.url);
    await registry.log(this.training('first', '2020-03-02', 0));
    const { version } = await registry.register(this.model('first', '2020-03-02', 0));
    await registry.appoint(this.name, version, { session: '2020-03-02', trigger: 'features-computed' });
  }

  /** attempt: a training that is begun again comes to other weights and times, on another engine. */
  async second(registry: MlflowModelRegistry, attempt: number): Promise<void> {
    const training = this.training('second', '2020-03-24', attempt);
    await registry.log(training);
    const { identity } = training;
    await registry.log({ ...training, identity: `${identity}-rung-0`, parent: identity, kind: 'trial', notes: {} });
    const { version } = await registry.register(this.model('second', '2020-03-24', attempt));
    await registry.appoint(this.name, version, { session: '2020-03-24', trigger: 'features-computed' });
  }

  /** What serves is whole, whatever was begun. */
  async expectWholeChampion(): Promise<void> {
    const { client } = ledgerOn(this.url);
    const champion = (await client.registeredName(this.name))?.aliases['champion'];
    const registry = registryOn(this.url);
    const { versions, appointments } = await registry.list(this.name);
    const served = versions.find(({ version }) => version === champion);
    if (!served) throw new Error(`champion is ${champion}, which is none of ${versions.length} versions`);
    expect(appointments).toContainEqual({ version: served.version, moment: served.moment });
    expect(Object.keys(await registry.load(served.artifact)).sort()).toEqual(['model-card.md', 'weights.bin']);
    expect(await registry.lineage(served.artifact)).toMatchObject({ bars: BARS, features: FEATURES });
    expect((await registry.runs(this.name)).map(({ identity }) => identity)).toContain(served.decision);
  }

  /** Everything is there once, and nothing else. */
  async expectRecordedOnce(): Promise<void> {
    const { name } = this;
    const { client } = ledgerOn(this.url);
    const registry = registryOn(this.url);
    const experiment = (await client.experiment('closing-bell'))?.id ?? '';
    const tags = { 'closing-bell.name': name };
    const runs = await client.runs(experiment, tags);
    expect(runs.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    const kept = await registry.runs(name);
    expect(kept.map(({ identity }) => identity)).toEqual(
      ['first', 'second', 'second-rung-0'].map((identity) => `${name}-${identity}`),
    );
    for (const { identity, parameters, metrics } of kept) {
      const run = runs.find((one) => one.tags['closing-bell.identity'] === identity);
      expect(run).toMatchObject({
        parameters: { units: '8', engine: parameters['engine'] },
        metrics: { ...metrics, trainingLoss: 0.25 },
      });
      expect(run?.datasets.map((dataset) => dataset.name).sort()).toEqual(['bars', 'features']);
      const history = await client.metricHistory(run?.id ?? '', 'trainingLoss');
      expect(history.map(({ step, value }) => [step, value]).sort()).toEqual([
        [1, 0.5],
        [2, 0.25],
      ]);
      expect(await client.metricHistory(run?.id ?? '', 'crps')).toHaveLength(1);
    }
    const models = await client.loggedModels(experiment, tags);
    expect(models.map(({ ready }) => ready)).toEqual([true, true]);
    const { versions, appointments, serving } = await registry.list(name);
    expect((await client.versions(name, {})).map(({ version, modelId }) => [version, modelId])).toEqual(
      models.map(({ id }, index) => [index + 1, id]),
    );
    expect(versions.map(({ decision }) => decision)).toEqual([`${name}-first`, `${name}-second`]);
    expect(appointments.map(({ version }) => version)).toEqual([1, 2]);
    expect(serving?.version).toBe(2);
    expect((await client.registeredName(name))?.aliases).toEqual({ champion: 2 });
    const [, second] = models;
    const run = runs.find(({ id }) => id === second?.sourceRunId);
    expect(run?.modelIds).toEqual([second?.id]);
    expect(await contents(client.artifacts(run?.artifactUri ?? ''))).toMatchObject({ 'model-card.md': CARD });
    await this.expectWholeChampion();
  }

  private training(decision: string, session: string, attempt: number): Run {
    return {
      identity: `${this.name}-${decision}`,
      name: this.name,
      kind: 'training',
      moment: { session, trigger: 'features-computed' },
      parameters: { units: 8, engine: `engine ${attempt}` },
      metrics: { crps: 0.1 + 0.2 },
      series: { trainingLoss: [0.5, 0.25] },
      notes: { decision: 'promoted', reasons: '- `due` It was time.' },
      datasets: { bars: BARS, features: FEATURES },
      circumstances: {
        startedAt: `${session}T21:15:0${attempt}.000Z`,
        seconds: 4.5,
        code: '0.1.0',
        environment: 'Node 20 on linux x64',
      },
    };
  }

  private model(decision: string, session: string, attempt: number): NewModel {
    return {
      name: this.name,
      decision: `${this.name}-${decision}`,
      run: `${this.name}-${decision}`,
      moment: { session, trigger: 'features-computed' },
      kind: 'model',
      forecaster: 'blend',
      files: { 'weights.bin': Buffer.alloc(50_000, attempt), 'model-card.md': CARD },
      featureSetHash: 'f'.repeat(64),
      metrics: { crps: 0.1 + 0.2 },
      lineage: { bars: BARS, features: FEATURES, seed: 7, parameters: { units: 8 } },
    };
  }
}

async function contents(store: ArtifactStore): Promise<Record<string, Buffer | undefined>> {
  const paths = await store.list();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await store.get(path)] as const)));
}
