import { PermanentError } from '@closing-bell/contracts';
import { type BackOffDependencies, withBackOff } from './back-off';
import {
  type Experiment,
  type LoggedModel,
  type MetricPoint,
  type ModelVersion,
  type RegisteredName,
  type Run,
  type Tags,
} from './entities';
import { type MlflowClient } from './mlflow-client';

/** Tag that says what a run, logged model or version was made for. */
export const IDENTITY_TAG = 'closing-bell.identity';
const PARENT_TAG = 'mlflow.parentRunId';
const LONGEST_DIGEST = 36;

/** A dataset as it was read. */
export interface DatasetRead {
  readonly name: string;
  readonly uri: string;
  /** Of all its bytes. */
  readonly sha256: string;
  /** What it was read for, such as `training`. */
  readonly context: string;
}

/**
 * Writes to MLflow so that whoever was interrupted, at any point, begins again and ends with what one undisturbed pass would have left.
 *
 * MLflow has no create-if-absent for runs, logged models and versions. So each carries the identity of what it was made for, is looked for
 * before it is made, and if two writers made one at once, both and all later ones take the oldest.
 */
export class MlflowLedger {
  constructor(
    readonly client: MlflowClient,
    private readonly waiting: BackOffDependencies,
  ) {}

  /** → its id. @throws PermanentError `deleted-experiment` */
  async ensureExperiment(name: string, tags: Tags = {}): Promise<string> {
    const found = await this.findExperiment(name);
    if (found !== undefined) return found;
    await this.client.createExperiment(name, tags);
    const created = await this.findExperiment(name);
    if (created !== undefined) return created;
    throw new Error(`MLflow's experiment ${name} was created and is not there; this will be tried again`);
  }

  /** → its id, or undefined where there is none. @throws PermanentError `deleted-experiment` */
  async findExperiment(name: string): Promise<string | undefined> {
    const experiment = await this.client.experiment(name);
    if (experiment?.deleted) throw deletedExperiment(experiment);
    return experiment?.id;
  }

  async ensureRun(
    experimentId: string,
    run: { identity: string; name: string; startTime: number; parent?: string; tags?: Tags },
  ): Promise<Run> {
    const tags = {
      ...run.tags,
      [IDENTITY_TAG]: run.identity,
      ...(run.parent === undefined ? {} : { [PARENT_TAG]: run.parent }),
    };
    return this.findOrCreate(
      () => this.findRun(experimentId, run.identity),
      () => this.client.createRun(experimentId, { name: run.name, startTime: run.startTime, tags }),
    );
  }

  async findRun(experimentId: string, identity: string): Promise<Run | undefined> {
    return (await this.client.runs(experimentId, { [IDENTITY_TAG]: identity }))[0];
  }

  async logTags(runId: string, tags: Tags): Promise<void> {
    await this.client.log(runId, { tags });
  }

  /** @throws MlflowRefusedError where a parameter has another value already */
  async logParameters(runId: string, parameters: Tags): Promise<void> {
    await this.client.log(runId, { parameters });
  }

  /** Each metric gets the points of steps that it has none of. */
  async logSeries(runId: string, series: Readonly<Record<string, readonly MetricPoint[]>>): Promise<void> {
    // MLflow appends whatever it is sent: of a call whose answer was lost, or of a run before a crash, nobody knows but its history
    // which points are there. So that is read first, and again before each repetition.
    await withBackOff(
      this.waiting,
      ({ details }) => details.mayBeDone,
      async () => {
        const missing = [];
        const known = (await this.client.run(runId))?.metrics ?? {};
        for (const [key, points] of Object.entries(series)) {
          const history = known[key] === undefined ? [] : await this.client.metricHistory(runId, key);
          const steps = new Set(history.map(({ step }) => step));
          for (const point of points) {
            if (steps.has(point.step)) continue;
            steps.add(point.step);
            missing.push({ ...point, key });
          }
        }
        await this.client.log(runId, { metrics: missing });
      },
    );
  }

  /**
   * Scores of a logged model, each a point of the run that made it as well. A point that the run has already is logged once more, for the
   * model: MLflow keeps a point of the same time, step and value once, of a run and of a model. Source: sqlalchemy_store.py of 3.17.
   */
  async logScores(runId: string, modelId: string, scores: Readonly<Record<string, MetricPoint>>): Promise<void> {
    const metrics = Object.entries(scores).map(([key, point]) => ({ ...point, key, modelId }));
    await withBackOff(
      this.waiting,
      ({ details }) => details.mayBeDone,
      () => this.client.log(runId, { metrics }),
    );
  }

  /** What the run read. The whole hash is in the dataset's profile: a digest of MLflow holds 36 characters. */
  async logDatasets(runId: string, datasets: readonly DatasetRead[]): Promise<void> {
    await this.client.logDatasets(
      runId,
      datasets.map(({ name, uri, sha256, context }) => ({
        name,
        digest: sha256.slice(0, LONGEST_DIGEST),
        uri,
        profile: { sha256 },
        context,
      })),
    );
  }

  /** Writes the files that are not there, or not with these bytes. */
  async uploadArtifacts(
    { artifactUri }: { artifactUri: string },
    files: Readonly<Record<string, Buffer>>,
  ): Promise<void> {
    const artifacts = this.client.artifacts(artifactUri);
    const there = new Set(await artifacts.list());
    for (const [path, bytes] of Object.entries(files)) {
      if (there.has(path) && (await artifacts.get(path))?.equals(bytes)) continue;
      await artifacts.put(path, bytes);
    }
  }

  /** A logged model that its run made, with the files that `filesOf` gives for it; ready once they are all there. */
  async ensureLoggedModel(
    run: Pick<Run, 'id' | 'experimentId'>,
    model: { identity: string; name: string; type: string; parameters?: Tags; tags?: Tags },
    filesOf: (model: LoggedModel) => Promise<Readonly<Record<string, Buffer>>>,
  ): Promise<LoggedModel> {
    const { identity, name, type, parameters = {} } = model;
    const tags = { ...model.tags, [IDENTITY_TAG]: identity };
    const found = await this.findOrCreate(
      async () => (await this.client.loggedModels(run.experimentId, { [IDENTITY_TAG]: identity }))[0],
      () => this.client.createLoggedModel(run, { name, type, parameters, tags }),
    );
    await this.ensureLink(run.id, found.id);
    if (found.ready) return found;
    await this.uploadArtifacts(found, await filesOf(found));
    return this.client.finalizeLoggedModel(found.id);
  }

  /** The name as it is there, which may be somebody else's. */
  async ensureRegisteredName(name: string, about: { description: string; tags?: Tags }): Promise<RegisteredName> {
    const found = await this.client.registeredName(name);
    if (found) return found;
    await this.client.createRegisteredName(name, { description: about.description, tags: about.tags ?? {} });
    const created = await this.client.registeredName(name);
    if (created) return created;
    throw new Error(`MLflow's registered model ${name} was created and is not there; this will be tried again`);
  }

  /** The version of an identity, under a registered name that is there. */
  async ensureVersion(
    name: string,
    version: { identity: string; runId: string; modelId: string; description: string; tags?: Tags },
  ): Promise<ModelVersion> {
    const { identity, runId, modelId, description } = version;
    const tags = { ...version.tags, [IDENTITY_TAG]: identity };
    return this.findOrCreate(
      async () => (await this.client.versions(name, { [IDENTITY_TAG]: identity }))[0],
      () => this.client.createVersion(name, { runId, modelId, description, tags }),
    );
  }

  async setAlias(name: string, alias: string, version: number): Promise<void> {
    await this.client.setAlias(name, alias, version);
  }

  async finishRun(runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED', endTime: number): Promise<void> {
    await this.client.updateRun(runId, { status, endTime });
  }

  /** Looks again after creating, for another writer's may be older, and after a creation of which no answer came. */
  private async findOrCreate<T>(find: () => Promise<T | undefined>, create: () => Promise<T>): Promise<T> {
    return withBackOff(
      this.waiting,
      ({ details }) => details.mayBeDone,
      async () => {
        const found = await find();
        if (found !== undefined) return found;
        const created = await create();
        return (await find()) ?? created;
      },
    );
  }

  private async ensureLink(runId: string, modelId: string): Promise<void> {
    await withBackOff(
      this.waiting,
      ({ details }) => details.mayBeDone,
      async () => {
        const run = await this.client.run(runId);
        if (!run?.modelIds.includes(modelId)) await this.client.linkModel(runId, modelId);
      },
    );
  }
}

function deletedExperiment({ name, id }: Experiment): PermanentError {
  return new PermanentError(
    `MLflow's experiment ${name} was deleted, and keeps its name. Restore it with \`mlflow experiments restore --experiment-id ${id}\`.`,
    { reason: 'deleted-experiment', name, id },
  );
}
