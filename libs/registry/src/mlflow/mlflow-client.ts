import { PermanentError } from '@closing-bell/contracts';
import { type ObjectStore } from '@closing-bell/storage';
import { type ArtifactStore, openArtifacts } from './artifact-store';
import {
  type Experiment,
  type LoggedModel,
  type MetricPoint,
  type ModelVersion,
  type RegisteredName,
  type Run,
  type RunDataset,
  type RunStatus,
  type Tags,
} from './entities';
import { type LogEntries, logBatches } from './log-batches';
import { type MlflowConnection } from './mlflow-connection';
import { MlflowRefusedError } from './mlflow-errors';
import {
  experimentOf,
  loggedModelOf,
  metricPointOf,
  modelVersionOf,
  registeredNameOf,
  runOf,
  toWireDataset,
  toWireTags,
  type WireExperiment,
  type WireLoggedModel,
  type WireMetric,
  type WireModelVersion,
  type WireRegisteredModel,
  type WireRun,
} from './wire';

/** A page of a search. */
interface Page {
  readonly next_page_token?: string;
}

const PAGE_SIZE = 200;
/** The most that a search of logged models takes. */
const MODELS_PAGE_SIZE = 50;

/**
 * The calls of MLflow's REST API, version 3, that the registry makes, one method a call. What creates runs, logged models and versions
 * makes another one each time; all else leaves the same when it is done again, metrics aside.
 *
 * Every method throws MlflowUnavailableError for what may pass, and MlflowRefusedError for what will not. Source:
 * mlflow/protos/{service,model_registry,mlflow_artifacts}.proto.
 */
export class MlflowClient {
  constructor(
    private readonly connection: MlflowConnection,
    /** Opens the object store of artifacts that lie in one. */
    private readonly openObjects?: (url: string) => ObjectStore,
  ) {}

  async experiment(name: string): Promise<Experiment | undefined> {
    const answer = await orMissing(
      this.get<{ experiment: WireExperiment }>('experiments/get-by-name', { experiment_name: name }),
    );
    return answer && experimentOf(answer.experiment);
  }

  async createExperiment(name: string, tags: Tags): Promise<'created' | 'exists'> {
    return orExists(this.post('experiments/create', { name, tags: toWireTags(tags) }));
  }

  async run(id: string): Promise<Run | undefined> {
    const answer = await orMissing(this.get<{ run: WireRun }>('runs/get', { run_id: id }));
    return answer && runOf(answer.run);
  }

  /** All runs of an experiment with these tags, oldest first; of the same age, by id. */
  async runs(experimentId: string, tags: Tags): Promise<Run[]> {
    const found = await this.pages<{ runs?: WireRun[] } & Page, WireRun>(
      (page) =>
        this.post('runs/search', {
          experiment_ids: [experimentId],
          filter: filterOf(tags),
          max_results: PAGE_SIZE,
          ...page,
        }),
      ({ runs }) => runs,
    );
    return found.map(runOf).sort((a, b) => a.startTime - b.startTime || (a.id < b.id ? -1 : 1));
  }

  async createRun(experimentId: string, run: { name: string; startTime: number; tags: Tags }): Promise<Run> {
    const body = {
      experiment_id: experimentId,
      run_name: run.name,
      start_time: run.startTime,
      tags: toWireTags(run.tags),
    };
    return runOf((await this.create<{ run: WireRun }>('runs/create', body)).run);
  }

  async updateRun(id: string, change: { status: RunStatus; endTime?: number }): Promise<void> {
    await this.post('runs/update', {
      run_id: id,
      status: change.status,
      ...(change.endTime === undefined ? {} : { end_time: change.endTime }),
    });
  }

  /** Logs all entries, in as many calls as that takes. Metrics are appended, whatever is there; a parameter keeps its first value. */
  async log(runId: string, entries: LogEntries): Promise<void> {
    for (const batch of logBatches(entries)) {
      const body = { run_id: runId, ...batch };
      await (batch.metrics ? this.create('runs/log-batch', body) : this.post('runs/log-batch', body));
    }
  }

  /** Every point of a metric, in no certain order. */
  async metricHistory(runId: string, key: string): Promise<MetricPoint[]> {
    const found = await this.pages<{ metrics?: WireMetric[] } & Page, WireMetric>(
      (page) => this.get('metrics/get-history', { run_id: runId, metric_key: key, ...page }),
      ({ metrics }) => metrics,
    );
    return found.map(metricPointOf);
  }

  /** What a run read. The same dataset again changes nothing, not its context either. */
  async logDatasets(runId: string, datasets: readonly RunDataset[]): Promise<void> {
    await this.post('runs/log-inputs', { run_id: runId, datasets: datasets.map(toWireDataset) });
  }

  /** Says that a run made a logged model. MLflow refuses a model that is linked already. */
  async linkModel(runId: string, modelId: string): Promise<void> {
    await this.create('runs/outputs', { run_id: runId, models: [{ model_id: modelId, step: 0 }] });
  }

  async loggedModel(id: string): Promise<LoggedModel | undefined> {
    const answer = await orMissing(this.get<{ model: WireLoggedModel }>(`logged-models/${encodeURIComponent(id)}`, {}));
    return answer && loggedModelOf(answer.model);
  }

  /** All logged models of an experiment with these tags, oldest first; of the same age, by id. */
  async loggedModels(experimentId: string, tags: Tags): Promise<LoggedModel[]> {
    const found = await this.pages<{ models?: WireLoggedModel[] } & Page, WireLoggedModel>(
      (page) =>
        this.post('logged-models/search', {
          experiment_ids: [experimentId],
          filter: filterOf(tags),
          max_results: MODELS_PAGE_SIZE,
          ...page,
        }),
      ({ models }) => models,
    );
    return found.map(loggedModelOf).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** A logged model without files, which nobody sees as one until it is ready. */
  async createLoggedModel(
    run: Pick<Run, 'id' | 'experimentId'>,
    model: { name: string; type: string; parameters: Tags; tags: Tags },
  ): Promise<LoggedModel> {
    const body = {
      experiment_id: run.experimentId,
      source_run_id: run.id,
      name: model.name,
      model_type: model.type,
      params: toWireTags(model.parameters),
      tags: toWireTags(model.tags),
    };
    return loggedModelOf((await this.create<{ model: WireLoggedModel }>('logged-models', body)).model);
  }

  async finalizeLoggedModel(id: string): Promise<LoggedModel> {
    const { model } = await this.patch<{ model: WireLoggedModel }>(`logged-models/${encodeURIComponent(id)}`, {
      model_id: id,
      status: 'LOGGED_MODEL_READY',
    });
    return loggedModelOf(model);
  }

  async setLoggedModelTags(id: string, tags: Tags): Promise<void> {
    await this.patch(`logged-models/${encodeURIComponent(id)}/tags`, { tags: toWireTags(tags) });
  }

  async registeredName(name: string): Promise<RegisteredName | undefined> {
    const answer = await orMissing(
      this.get<{ registered_model: WireRegisteredModel }>('registered-models/get', { name }),
    );
    return answer && registeredNameOf(answer.registered_model);
  }

  /** All registered names with these tags, in ascending order. */
  async registeredNames(tags: Tags): Promise<RegisteredName[]> {
    const found = await this.pages<{ registered_models?: WireRegisteredModel[] } & Page, WireRegisteredModel>(
      (page) =>
        this.get('registered-models/search', { filter: filterOf(tags), max_results: String(PAGE_SIZE), ...page }),
      ({ registered_models }) => registered_models,
    );
    return found.map(registeredNameOf);
  }

  async createRegisteredName(
    name: string,
    { description, tags }: { description: string; tags: Tags },
  ): Promise<'created' | 'exists'> {
    return orExists(this.post('registered-models/create', { name, description, tags: toWireTags(tags) }));
  }

  async describeRegisteredName(name: string, description: string): Promise<void> {
    await this.patch('registered-models/update', { name, description });
  }

  async setRegisteredNameTag(name: string, key: string, value: string): Promise<void> {
    await this.post('registered-models/set-tag', { name, key, value });
  }

  /** All versions of a registered name with these tags, oldest first. */
  async versions(name: string, tags: Tags): Promise<ModelVersion[]> {
    const filter = [`name = ${quoted(name)}`, filterOf(tags)].filter((part) => part !== '').join(' AND ');
    const found = await this.pages<{ model_versions?: WireModelVersion[] } & Page, WireModelVersion>(
      (page) => this.get('model-versions/search', { filter, max_results: String(PAGE_SIZE), ...page }),
      ({ model_versions }) => model_versions,
    );
    return found.map(modelVersionOf).sort((a, b) => a.version - b.version);
  }

  /** The next version of a registered name: a logged model. Both ids are sent, as MLflow checks the source by them. */
  async createVersion(
    name: string,
    version: { runId: string; modelId: string; tags: Tags; description: string },
  ): Promise<ModelVersion> {
    const body = {
      name,
      source: `models:/${version.modelId}`,
      run_id: version.runId,
      model_id: version.modelId,
      tags: toWireTags(version.tags),
      description: version.description,
    };
    return modelVersionOf(
      (await this.create<{ model_version: WireModelVersion }>('model-versions/create', body)).model_version,
    );
  }

  async setVersionTag(name: string, version: number, key: string, value: string): Promise<void> {
    await this.post('model-versions/set-tag', { name, version: String(version), key, value });
  }

  async describeVersion(name: string, version: number, description: string): Promise<void> {
    await this.patch('model-versions/update', { name, version: String(version), description });
  }

  async deleteVersion(name: string, version: number): Promise<void> {
    const body = { name, version: String(version) };
    await orMissing(this.connection.json({ ...call('DELETE', 'model-versions/delete'), body, repeatable: true }));
  }

  async setAlias(name: string, alias: string, version: number): Promise<void> {
    await this.post('registered-models/alias', { name, alias, version: String(version) });
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    const body = { name, alias };
    await this.connection.json({ ...call('DELETE', 'registered-models/alias'), body, repeatable: true });
  }

  /** The files of a run or of a logged model. @throws PermanentError `unsupported-artifacts` */
  artifacts(uri: string): ArtifactStore {
    return openArtifacts(uri, this.connection, this.openObjects);
  }

  private get<T extends object>(path: string, query: Readonly<Record<string, string>>): Promise<T> {
    return this.connection.json<T>({ ...call('GET', path), query, repeatable: true });
  }

  private post<T extends object>(path: string, body: object): Promise<T> {
    return this.connection.json<T>({ ...call('POST', path), body, repeatable: true });
  }

  private patch<T extends object>(path: string, body: object): Promise<T> {
    return this.connection.json<T>({ ...call('PATCH', path), body, repeatable: true });
  }

  /** A call that makes something anew each time. */
  private create<T extends object>(path: string, body: object): Promise<T> {
    return this.connection.json<T>({ ...call('POST', path), body, repeatable: false });
  }

  private async pages<T extends Page, Item>(
    ask: (page: { page_token: string } | Record<string, never>) => Promise<T>,
    itemsOf: (answer: T) => readonly Item[] | undefined,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let token: string | undefined;
    do {
      const answer: T = await ask(token ? { page_token: token } : {});
      items.push(...(itemsOf(answer) ?? []));
      token = answer.next_page_token;
    } while (token);
    return items;
  }
}

function call<const M extends string>(method: M, path: string): { method: M; path: string } {
  return { method, path: `mlflow/${path}` };
}

async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlflowRefusedError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
    throw error;
  }
}

async function orExists(answer: Promise<unknown>): Promise<'created' | 'exists'> {
  try {
    await answer;
    return 'created';
  } catch (error) {
    if (error instanceof MlflowRefusedError && error.code === 'RESOURCE_ALREADY_EXISTS') return 'exists';
    throw error;
  }
}

function filterOf(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `tags.\`${key}\` = ${quoted(value)}`)
    .join(' AND ');
}

/** Text in MLflow's search language, which has no way to write a quotation mark within its own kind. */
function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new PermanentError(`MLflow cannot search for ${text}: it has both kinds of quotation marks.`, {
    reason: 'mlflow-limit',
    text,
  });
}
