import { canonicalJson, PermanentError } from '@closing-bell/contracts';
import { keySegment, type ObjectStore, sha256Of } from '@closing-bell/storage';
import { type ModelRegistry, type Moment, type RegisteredModel, type Run } from './model-registry';
import { byMoment, textOf } from './moment';

/** How long a writer has a model for itself after its last sign of life. */
const CLAIM_MILLISECONDS = 5 * 60_000;
const SWAP_ATTEMPTS = 20;

export interface DeliveryDependencies {
  readonly from: ModelRegistry;
  readonly to: ModelRegistry;
  /** Where what was delivered is remembered. */
  readonly objects: ObjectStore;
  /** Tells destinations apart: an address without credentials. */
  readonly destination: string;
  /** Tells writers apart: a new one for each process. */
  readonly writer: string;
  readonly clock: () => Date;
}

/** What became of a model's deliveries. */
export interface Delivered {
  /** Things that were told now, and all that there are. */
  readonly told: number;
  readonly all: number;
}

/** Another writer is delivering the same model; whoever comes later finds what is left. */
export class ModelClaimedError extends Error {
  override readonly name = 'ModelClaimedError';

  constructor(
    readonly model: string,
    /** Until when at the latest. */
    readonly until: Date,
  ) {
    super(`${model} is being delivered by another process, until ${until.toISOString()} at the latest`);
  }
}

/** What was told of a model already, and who is telling. */
interface Marks {
  readonly delivered: readonly string[];
  readonly claim?: { readonly writer: string; readonly until: number };
}

interface Item {
  readonly key: string;
  readonly moment: Moment;
  /** Of one moment: trainings, trials, versions, appointments. */
  readonly rank: number;
  readonly tell: () => Promise<void>;
}

/**
 * Tells one registry what another holds: runs, versions and appointments in their order, each once. What is told is marked; whoever
 * is interrupted between telling and marking tells it again, which changes nothing, for every call of the port may be repeated.
 */
export class RegistryDelivery {
  constructor(private readonly dependencies: DeliveryDependencies) {}

  /**
   * Tells all of a model that is not marked as told, or all of it where `afresh`.
   *
   * @throws ModelClaimedError while another process does so, and what the registry that is told throws; what was told until then stays told
   */
  async deliver(
    name: string,
    { afresh = false, signal }: { readonly afresh?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<Delivered> {
    const items = await this.itemsOf(name);
    const delivered = new Set(await this.claim(name));
    const left = items.filter(({ key }) => afresh || !delivered.has(key));
    try {
      for (const { key, tell } of left) {
        signal?.throwIfAborted();
        await tell();
        await this.mark(name, key);
      }
    } finally {
      await this.release(name);
    }
    return { told: left.length, all: items.length };
  }

  private async itemsOf(name: string): Promise<Item[]> {
    const { from, to } = this.dependencies;
    const [{ versions, appointments }, logged] = await Promise.all([from.list(name), from.runs(name)]);
    const known = new Set(logged.map(({ identity }) => identity));
    // Release 0.1 kept no runs: what it registered came of one all the same.
    const runs = [
      ...logged,
      ...(await Promise.all(versions.filter(({ run }) => !known.has(run)).map((version) => this.runOf(version)))),
    ];
    const decisionOf = (wanted: number): string =>
      versions.find(({ version }) => version === wanted)?.decision ?? String(wanted);
    const items = [
      ...runs.map((run): Item => ({
        key: `run ${run.identity}`,
        moment: run.moment,
        rank: run.kind === 'training' ? 0 : 1,
        tell: () => to.log(run),
      })),
      ...versions.map((version): Item => ({
        key: `version ${version.decision}`,
        moment: version.moment,
        rank: 2,
        tell: async () => {
          const [files, lineage] = await Promise.all([from.load(version.artifact), from.lineage(version.artifact)]);
          await to.register({ ...version, files, lineage });
        },
      })),
      ...appointments.map(({ version, moment }): Item => {
        const decision = decisionOf(version);
        return {
          key: `appointment ${decision} ${textOf(moment)}`,
          moment,
          rank: 3,
          // The other registry numbers its versions itself.
          tell: async () => {
            const there = (await to.list(name)).versions.find((one) => one.decision === decision);
            if (!there) {
              throw new PermanentError(
                `${name}: the version of decision ${decision} was told and is not there any more. Was it deleted, or is this another server at the same address? \`closing-bell registry migrate\` tells everything again.`,
                { reason: 'lost-version', name, decision },
              );
            }
            await to.appoint(name, there.version, moment);
          },
        };
      }),
    ];
    return items.sort((a, b) => byMoment(a, b) || a.rank - b.rank);
  }

  private async runOf({ run, name, moment, metrics, forecaster, artifact }: RegisteredModel): Promise<Run> {
    const { bars, features, parameters, seed } = await this.dependencies.from.lineage(artifact);
    return {
      identity: run,
      name,
      kind: 'training',
      moment,
      parameters: { ...parameters, seed },
      metrics,
      series: {},
      notes: { forecaster },
      datasets: { bars, features },
    };
  }

  /** Takes the model for this writer. → what was told already. */
  private async claim(name: string): Promise<readonly string[]> {
    const { clock, writer } = this.dependencies;
    const marks = await this.change(name, (current) => {
      const { claim } = current;
      if (claim && claim.writer !== writer && claim.until > clock().getTime()) {
        throw new ModelClaimedError(name, new Date(claim.until));
      }
      return { ...current, claim: this.ownClaim() };
    });
    return marks.delivered;
  }

  private async mark(name: string, key: string): Promise<void> {
    await this.change(name, ({ delivered }) => ({
      delivered: delivered.includes(key) ? delivered : [...delivered, key],
      claim: this.ownClaim(),
    }));
  }

  private async release(name: string): Promise<void> {
    await this.change(name, (current) =>
      current.claim?.writer === this.dependencies.writer ? { delivered: current.delivered } : current,
    );
  }

  private ownClaim(): NonNullable<Marks['claim']> {
    const { clock, writer } = this.dependencies;
    return { writer, until: clock().getTime() + CLAIM_MILLISECONDS };
  }

  private async change(name: string, change: (marks: Marks) => Marks): Promise<Marks> {
    const { objects, destination } = this.dependencies;
    // An address may be longer than a part of a key.
    const place = sha256Of(Buffer.from(destination)).slice(0, 16);
    const key = `deliveries/${place}/${keySegment(name)}.json`;
    for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt += 1) {
      const object = await objects.read(key);
      const current = object ? (JSON.parse(object.bytes.toString('utf8')) as Marks) : { delivered: [] };
      const changed = change(current);
      if (await objects.compareAndSwap(key, Buffer.from(canonicalJson(changed)), object?.version)) return changed;
    }
    throw new Error(`${key} was changed by others ${SWAP_ATTEMPTS} times in a row; this will be tried again`);
  }
}
