import { PermanentError, type Reference } from '@closing-bell/contracts';
import {
  type Lineage,
  type ModelHistory,
  type ModelRegistry,
  type Moment,
  type NewModel,
  type RegisteredModel,
  type Run,
  type ServingModel,
} from '../model-registry';
import { byMoment, byMomentAndKind, lastBefore, sameMoment } from '../moment';
import { type LoggedModel, type ModelVersion, type Run as MlflowRun, type Tags } from './entities';
import { type MlflowLedger } from './mlflow-ledger';
import { mlflowModelFiles, type NetworkSignature, plainModelFiles } from './model-files';
import { artifactUriOf, manifestFiles, manifestOf, readFiles, readManifest } from './model-manifest';
import {
  keepRun,
  keptRun,
  loggedRun,
  NAME_TAG,
  runDatasets,
  runParameters,
  runSeries,
  runTags,
  scorePoints,
  timesOf,
  titleOf,
} from './run-record';
import { appointmentsOf, appointmentTag, modelTags, ourVersions, registeredModel, versionTags } from './version-tags';

/** A model's network in the formats of others, and the shapes of what goes in and out. */
export interface ExportedNetwork extends NetworkSignature {
  readonly onnx: Buffer;
  readonly keras: Buffer;
}

/** The network that a model's files hold; undefined where they hold none. */
export type ExportNetwork = (files: NewModel['files']) => Promise<ExportedNetwork | undefined>;

/** Marks registered names as ours. */
const OURS: Tags = { 'closing-bell.registry': '1' };
const ALIASES = ['champion', 'baseline', 'challenger'] as const;
/** People read these among a run's artifacts. */
const DOCUMENT = /\.(md|html)$/;
/** Runs that are read at a time. */
const READERS = 8;

/**
 * The registry in MLflow, which alone keeps it.
 *
 *     experiment                one for all symbols
 *     ├─ run                    a training, its trials nested below; `run.json` is the run to the digit
 *     └─ logged model           MLflow's own model files, and in `closing-bell/` ours with a manifest of their hashes
 *     registered name           one a symbol, versions of which are logged models; tags say what they are
 *        └─ version             an appointment is a tag with its moment; `champion`, `baseline` and `challenger` follow from the tags
 *
 * Everything is done so that a process that ends anywhere is mended by the next that does the same: what makes a version visible comes
 * last, and an alias after what it is derived from. MLflow has no create-if-absent: writers of one decision must take turns, as the
 * symbol's ordering key makes them.
 */
export class MlflowModelRegistry implements ModelRegistry {
  constructor(
    private readonly ledger: MlflowLedger,
    /** Name of the experiment. */
    private readonly experiment: string,
    private readonly exportNetwork: ExportNetwork,
  ) {}

  /** @throws PermanentError `unknown-run`, and `foreign-name` where somebody else registers under that name */
  async register(model: NewModel): Promise<RegisteredModel> {
    const { name, decision } = model;
    const versions = await this.versions(name);
    const known = versions.find((version) => registeredModel(version).decision === decision);
    const registered = known ? registeredModel(known) : await this.create(model);
    await this.alignAliases(name, known ? versions : await this.versions(name));
    return registered;
  }

  async appoint(name: string, version: number, moment: Moment): Promise<void> {
    const versions = await this.versions(name);
    if (!versions.some((known) => known.version === version)) {
      throw new PermanentError(`${name} has no version ${version} to appoint`, {
        reason: 'unknown-version',
        name,
        version,
      });
    }
    const appointments = appointmentsOf(versions);
    if (appointments.some((made) => made.version === version && sameMoment(made.moment, moment))) {
      return this.alignAliases(name, versions);
    }
    const { key, value } = appointmentTag(moment, appointments.length);
    await this.ledger.client.setVersionTag(name, version, key, value);
    await this.alignAliases(name, await this.versions(name));
  }

  async servingBefore(name: string, moment: Moment): Promise<ServingModel | undefined> {
    const versions = await this.versions(name);
    const appointment = lastBefore(appointmentsOf(versions), moment);
    const serving = modelOf(versions, appointment?.version);
    return serving && appointment && { ...serving, since: appointment.moment };
  }

  async latestBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined> {
    return lastBefore((await this.versions(name)).map(registeredModel), moment);
  }

  async names(): Promise<readonly string[]> {
    return (await this.ledger.client.registeredNames(OURS)).map(({ name }) => name).sort();
  }

  async list(name: string): Promise<ModelHistory> {
    return historyOf(await this.versions(name));
  }

  async load(artifact: Reference): Promise<Record<string, Buffer>> {
    const artifactUri = artifactUriOf(artifact);
    const artifacts = this.ledger.client.artifacts(artifactUri);
    return readFiles(artifacts, artifactUri, await readManifest(artifacts, artifact));
  }

  async lineage(artifact: Reference): Promise<Lineage> {
    const artifacts = this.ledger.client.artifacts(artifactUriOf(artifact));
    return (await readManifest(artifacts, artifact)).lineage;
  }

  /** @throws PermanentError `unknown-run` where its parent was not logged before */
  async log(run: Run): Promise<void> {
    const { ledger } = this;
    const experiment = await ledger.ensureExperiment(this.experiment);
    const { identity, name, parent } = run;
    const logged = await ledger.ensureRun(experiment, {
      identity,
      name: titleOf(run),
      startTime: timesOf(run).start,
      ...(parent === undefined ? {} : { parent: (await this.findRun(experiment, name, parent)).id }),
      tags: { [NAME_TAG]: name },
    });
    if (logged.status === 'FINISHED') return;
    const kept = await keepRun(ledger.client, logged, run);
    await ledger.logTags(logged.id, runTags(kept));
    await ledger.logParameters(logged.id, runParameters(kept));
    await ledger.logDatasets(logged.id, runDatasets(kept));
    await ledger.logSeries(logged.id, runSeries(kept));
    // Last: a run that is finished is whole.
    await ledger.finishRun(logged.id, 'FINISHED', timesOf(kept).end);
  }

  async runs(name: string): Promise<readonly Run[]> {
    const experiment = await this.ledger.findExperiment(this.experiment);
    if (experiment === undefined) return [];
    const { client } = this.ledger;
    const logged = (await client.runs(experiment, { [NAME_TAG]: name })).filter(({ status }) => status === 'FINISHED');
    const runs = new Map<string, Run>();
    for (let from = 0; from < logged.length; from += READERS) {
      const some = await Promise.all(logged.slice(from, from + READERS).map((run) => keptRun(client, run)));
      // Oldest first: of two that racing writers made, the older one is the run.
      for (const run of some) if (!runs.has(run.identity)) runs.set(run.identity, run);
    }
    return [...runs.values()].sort((a, b) => byMomentAndKind(a, b) || (a.identity < b.identity ? -1 : 1));
  }

  /** Our versions of a registered name, oldest first. */
  private async versions(name: string): Promise<ModelVersion[]> {
    return ourVersions(await this.ledger.client.versions(name, {}));
  }

  private async findRun(experiment: string, name: string, identity: string): Promise<MlflowRun> {
    return loggedRun(await this.ledger.findRun(experiment, identity), name, identity);
  }

  /** The version of a decision that has none. */
  private async create(model: NewModel): Promise<RegisteredModel> {
    const { ledger } = this;
    const { name, decision, kind, forecaster, files, lineage } = model;
    const experiment = await ledger.ensureExperiment(this.experiment);
    const run = await this.findRun(experiment, name, model.run);
    const parameters = Object.entries(lineage.parameters).map(([key, value]) => [key, String(value)] as const);
    const about = {
      identity: decision,
      name: forecaster,
      type: kind,
      parameters: Object.fromEntries(parameters),
      tags: { [NAME_TAG]: name, ...modelTags(model) },
    };
    const logged = await ledger.ensureLoggedModel(run, about, (made) => this.modelFiles(made, model));
    // A training that was begun again may have come to another model than the one that is ready: what is there is the version.
    const { manifest, artifact } = await manifestOf(ledger.client.artifacts(logged.artifactUri), logged.artifactUri);
    await ledger.logScores(run.id, logged.id, scorePoints(run, manifest.forecaster, manifest.metrics));
    const documents = Object.entries(files).filter(([file]) => DOCUMENT.test(file));
    if (documents.length > 0) await ledger.uploadArtifacts(run, Object.fromEntries(documents));
    await this.ensureName(name);
    const version = await ledger.ensureVersion(name, {
      identity: decision,
      runId: run.id,
      modelId: logged.id,
      description: descriptionOf(manifest),
      tags: versionTags(manifest, artifact),
    });
    return registeredModel(version);
  }

  private async modelFiles(logged: LoggedModel, model: NewModel): Promise<Record<string, Buffer>> {
    const network = await this.exportNetwork(model.files);
    const own = manifestFiles(model);
    if (!network) return { ...plainModelFiles(logged, own), ...own };
    const file = (name: string): Buffer => {
      const bytes = model.files[name];
      if (bytes) return bytes;
      throw new Error(`${model.name}: a model with a network has no ${name}`);
    };
    const files = {
      'model.onnx': network.onnx,
      'model.keras': network.keras,
      'model.json': file('model.json'),
      'weights.bin': file('weights.bin'),
      'preprocessing.json': file('preprocessing.json'),
    };
    return { ...mlflowModelFiles(logged, files, network), ...own };
  }

  private async ensureName(name: string): Promise<void> {
    const registered = await this.ledger.ensureRegisteredName(name, {
      description:
        `Models of Closing Bell that forecast ${name}. \`champion\` serves, or \`baseline\` where no model is fit to; ` +
        '`challenger` is the newest model where that does not serve.',
      tags: OURS,
    });
    if (Object.entries(OURS).every(([key, value]) => registered.tags[key] === value)) return;
    throw new PermanentError(
      `MLflow has a registered model ${name} that is not of Closing Bell. Rename it, or give Closing Bell an MLflow server or a workspace of its own.`,
      { reason: 'foreign-name', name },
    );
  }

  /** Puts our aliases where the versions' tags say. */
  private async alignAliases(name: string, versions: readonly ModelVersion[]): Promise<void> {
    const { client } = this.ledger;
    const { serving, versions: models } = historyOf(versions);
    const newest = models
      .filter(({ kind }) => kind === 'model')
      .sort(byMoment)
      .at(-1);
    const wanted = {
      champion: serving?.kind === 'model' ? serving.version : undefined,
      baseline: serving?.kind === 'baseline' ? serving.version : undefined,
      challenger: newest?.version === serving?.version ? undefined : newest?.version,
    };
    const aliases = (await client.registeredName(name))?.aliases ?? {};
    for (const alias of ALIASES) {
      const version = wanted[alias];
      if (aliases[alias] === version) continue;
      await (version === undefined ? client.deleteAlias(name, alias) : client.setAlias(name, alias, version));
    }
  }
}

function historyOf(versions: readonly ModelVersion[]): ModelHistory {
  const appointments = appointmentsOf(versions);
  return {
    versions: versions.map(registeredModel),
    appointments,
    serving: modelOf(versions, appointments.at(-1)?.version),
  };
}

function modelOf(versions: readonly ModelVersion[], wanted: number | undefined): RegisteredModel | undefined {
  const found = versions.find(({ version }) => version === wanted);
  return found && registeredModel(found);
}

/** What stands on the version's page. */
function descriptionOf({ forecaster, kind, moment, metrics }: Omit<NewModel, 'files'>): string {
  const scores = Object.entries(metrics).map(([score, value]) => `| ${score} | ${Number(value.toPrecision(6))} |`);
  const table = scores.length > 0 ? ['', '| score | value |', '|---|---|', ...scores] : [];
  return [`\`${forecaster}\`, a ${kind} of session ${moment.session} (${moment.trigger}).`, ...table].join('\n');
}
