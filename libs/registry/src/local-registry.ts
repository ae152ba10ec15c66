import { canonicalJson, PermanentError, type Reference } from '@closing-bell/contracts';
import { keySegment, type ObjectStore, readHashed, writeHashed } from '@closing-bell/storage';
import {
  type Appointment,
  type Circumstances,
  type Lineage,
  type ModelHistory,
  type ModelRegistry,
  type Moment,
  type NewModel,
  type RegisteredModel,
  type Run,
  type ServingModel,
} from './model-registry';
import { byMomentAndKind, isBefore, lastBefore, sameMoment } from './moment';

/** A model's index: the one object of the registry that changes, by compare-and-swap. */
interface Index {
  readonly versions: readonly IndexedVersion[];
  /** Appointments in the order of their moments, under the name that they had when only models were appointed. */
  readonly promotions: readonly Appointment[];
  readonly aliases: { readonly champion?: number };
}

/** Release 0.1 knew neither runs nor kinds: its versions are LSTMs, each of a training of the same identity that was not kept. */
type IndexedVersion = Omit<RegisteredModel, 'run' | 'kind' | 'forecaster'> &
  Partial<Pick<RegisteredModel, 'run' | 'kind' | 'forecaster'>>;

interface Manifest {
  readonly files: Readonly<Record<string, Reference>>;
  readonly lineage: Lineage;
}

const EMPTY: Index = { versions: [], promotions: [], aliases: {} };

// Trainers of one symbol are serialised by its ordering key; a swap is lost only to a redelivery or a second command.
const SWAP_ATTEMPTS = 20;

/**
 * The registry as files in the object store: content-addressed model files and manifests, and an index a model.
 *
 *     models/{name}/files/{sha256}      models/{name}/manifests/{sha256}.json      models/{name}/index.json
 *     models/{name}/runs/{identity}.json   models/{name}/circumstances/{identity}.json
 */
export class LocalModelRegistry implements ModelRegistry {
  constructor(private readonly objects: ObjectStore) {}

  async register(model: NewModel): Promise<RegisteredModel> {
    const artifact = await this.store(model);
    const { name, decision, run, moment, kind, forecaster, featureSetHash, metrics } = model;
    const described = { name, decision, run, moment, kind, forecaster, featureSetHash, metrics, artifact };
    const index = await this.change(name, (current) =>
      current.versions.some((version) => version.decision === decision)
        ? current
        : {
            ...current,
            versions: [...current.versions, { ...described, version: current.versions.length + 1 }],
          },
    );
    const registered = index.versions.find((version) => version.decision === decision);
    if (!registered)
      throw new Error(`${name}: the version of decision ${decision} is not in the index it was written to`);
    return withKind(registered);
  }

  async appoint(name: string, version: number, moment: Moment): Promise<void> {
    await this.change(name, (current) => {
      if (!current.versions.some((known) => known.version === version)) {
        throw new PermanentError(`${name} has no version ${version} to appoint`, {
          reason: 'unknown-version',
          name,
          version,
        });
      }
      if (current.promotions.some((made) => made.version === version && sameMoment(made.moment, moment)))
        return current;
      // Kept in the order of their moments: a replay may appoint for an earlier session than one that is there.
      const later = current.promotions.findIndex((made) => isBefore(moment, made.moment));
      const promotions = current.promotions.toSpliced(later < 0 ? current.promotions.length : later, 0, {
        version,
        moment,
      });
      const serving = versionOf(current, promotions.at(-1)?.version);
      return { ...current, promotions, aliases: serving?.kind === 'model' ? { champion: serving.version } : {} };
    });
  }

  async servingBefore(name: string, moment: Moment): Promise<ServingModel | undefined> {
    const index = await this.index(name);
    const appointment = lastBefore(index.promotions, moment);
    const version = versionOf(index, appointment?.version);
    return version && appointment && { ...version, since: appointment.moment };
  }

  async latestBefore(name: string, moment: Moment): Promise<RegisteredModel | undefined> {
    const latest = lastBefore((await this.index(name)).versions, moment);
    return latest && withKind(latest);
  }

  async names(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const key of this.objects.list('models/')) {
      if (!key.endsWith('/index.json')) continue;
      const object = await this.objects.read(key);
      const [first] = object ? (JSON.parse(object.bytes.toString('utf8')) as Index).versions : [];
      if (first) names.push(first.name);
    }
    return names.sort();
  }

  async list(name: string): Promise<ModelHistory> {
    const index = await this.index(name);
    return {
      versions: index.versions.map(withKind),
      appointments: index.promotions,
      serving: versionOf(index, index.promotions.at(-1)?.version),
    };
  }

  async log({ circumstances, ...run }: Run): Promise<void> {
    // Apart, and first: a run that is there is whole.
    if (circumstances) await this.create(run.name, 'circumstances', run.identity, circumstances);
    await this.create(run.name, 'runs', run.identity, run);
  }

  async runs(name: string): Promise<readonly Run[]> {
    const circumstances = new Map<string, Circumstances>();
    for await (const [identity, text] of this.documents(name, 'circumstances')) {
      circumstances.set(identity, JSON.parse(text) as Circumstances);
    }
    const runs: Run[] = [];
    for await (const [identity, text] of this.documents(name, 'runs')) {
      const known = circumstances.get(identity);
      runs.push({ ...(JSON.parse(text) as Run), ...(known ? { circumstances: known } : {}) });
    }
    return runs.sort(byMomentAndKind);
  }

  async lineage(artifact: Reference): Promise<Lineage> {
    return (await this.manifest(artifact)).lineage;
  }

  async load(artifact: Reference): Promise<Record<string, Buffer>> {
    const manifest = await this.manifest(artifact);
    const files = await Promise.all(
      Object.entries(manifest.files).map(
        async ([file, reference]) => [file, await readHashed(this.objects, reference)] as const,
      ),
    );
    return Object.fromEntries(files);
  }

  private async manifest(artifact: Reference): Promise<Manifest> {
    return JSON.parse((await readHashed(this.objects, artifact)).toString('utf8')) as Manifest;
  }

  private async create(name: string, folder: string, identity: string, content: object): Promise<void> {
    const key = `models/${keySegment(name)}/${folder}/${keySegment(identity)}.json`;
    await this.objects.createIfAbsent(key, Buffer.from(canonicalJson(content)));
  }

  /** Every JSON document in a folder of a model, by the segment of its identity. */
  private async *documents(name: string, folder: string): AsyncIterable<[string, string]> {
    const prefix = `models/${keySegment(name)}/${folder}/`;
    for await (const key of this.objects.list(prefix)) {
      const object = await this.objects.read(key);
      if (object) yield [key.slice(prefix.length), object.bytes.toString('utf8')];
    }
  }

  private async store({
    name,
    moment,
    forecaster,
    files,
    featureSetHash,
    metrics,
    lineage,
  }: NewModel): Promise<Reference> {
    const references = await Promise.all(
      Object.entries(files).map(async ([file, bytes]) => [file, await this.put(name, 'files', '', bytes)] as const),
    );
    const manifest = {
      name,
      moment,
      forecaster,
      files: Object.fromEntries(references),
      featureSetHash,
      metrics,
      lineage,
    };
    return this.put(name, 'manifests', '.json', Buffer.from(canonicalJson(manifest)));
  }

  private put(name: string, folder: string, extension: string, bytes: Buffer): Promise<Reference> {
    return writeHashed(this.objects, `models/${keySegment(name)}/${folder}`, extension, bytes);
  }

  private async index(name: string): Promise<Index> {
    return (await this.readIndex(name)).index;
  }

  private async readIndex(name: string): Promise<{ index: Index; version: string | undefined }> {
    const object = await this.objects.read(indexKey(name));
    if (!object) return { index: EMPTY, version: undefined };
    return { index: JSON.parse(object.bytes.toString('utf8')) as Index, version: object.version };
  }

  /** Reads, changes and swaps the index until nobody else did in between. Returns what is there then. */
  private async change(name: string, change: (index: Index) => Index): Promise<Index> {
    for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt += 1) {
      const { index, version } = await this.readIndex(name);
      const changed = change(index);
      if (changed === index) return index;
      if (await this.objects.compareAndSwap(indexKey(name), Buffer.from(canonicalJson(changed)), version))
        return changed;
    }
    throw new Error(
      `the index of ${name} was changed by others ${SWAP_ATTEMPTS} times in a row; this will be tried again`,
    );
  }
}

function indexKey(name: string): string {
  return `models/${keySegment(name)}/index.json`;
}

function withKind(version: IndexedVersion): RegisteredModel {
  return { run: version.decision, kind: 'model', forecaster: 'lstm', ...version };
}

function versionOf({ versions }: Index, wanted: number | undefined): RegisteredModel | undefined {
  const found = versions.find(({ version }) => version === wanted);
  return found && withKind(found);
}
