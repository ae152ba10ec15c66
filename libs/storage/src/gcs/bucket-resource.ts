import { type AttemptLimits, passes, statusOf, withAttempts } from '@closing-bell/google-cloud';
import { type Difference, type Resource } from '@closing-bell/provisioning';
import type { Bucket, BucketMetadata } from '@google-cloud/storage' with { 'resolution-mode': 'import' };
import { isDeepStrictEqual } from 'node:util';
import { isGoogles, loadGcsClient } from './gcs-client';
import { bucketFailure } from './gcs-failure';
import { gcsLocation } from './gcs-location';

interface BucketOptions {
  /** Project that a new bucket belongs to. */
  readonly projectId: string;
  /** Where Google keeps its objects, such as EU or europe-west3; it cannot be moved later. */
  readonly location: string;
  /** Address of Cloud Storage where it is not Google's own. */
  readonly gcsEndpoint?: string | undefined;
}

/** What is asked of Google's client. */
type BucketClient = Pick<Bucket, 'create' | 'getMetadata' | 'setMetadata'>;

/** A person waits for the answer. */
const LOOKING: AttemptLimits = { totalMs: 10_000, attemptMs: 10_000, firstPauseMs: 250, longestPauseMs: 2000 };
const MAKING: AttemptLimits = { ...LOOKING, totalMs: 60_000, attemptMs: 20_000 };

/** Days after which the checkpoint of a training that never ended is of no use: its message is in the dead letters by then. */
const CHECKPOINT_DAYS = 7;
/** The folder of a store that checkpoints of trainings lie in. */
export const CHECKPOINTS = 'checkpoints/';

/**
 * How a store's bucket is set. Who may read is decided by roles on the bucket alone, and never is that everybody. Nothing that a
 * forecast names is deleted by age: snapshots and models must be found for as long as the forecasts are. Checkpoints and uploads that
 * broke off are. What is deleted by hand can be had back for as long as Google does by itself.
 *
 * @param prefix begins the names of all objects of the store: '' or segments that each end with '/'
 */
export function bucketSettings(prefix: string) {
  return {
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
    lifecycle: {
      rule: [
        { action: { type: 'Delete' }, condition: { age: CHECKPOINT_DAYS, matchesPrefix: [`${prefix}${CHECKPOINTS}`] } },
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 1 } },
      ],
    },
  } satisfies BucketMetadata;
}

type Rules = NonNullable<NonNullable<BucketMetadata['lifecycle']>['rule']>;

/** The bucket of a store at `gs://bucket/prefix`; undefined for `file:///`, which has none. Throws for any other URL. */
export function bucketResource(url: string, options: BucketOptions): Resource | undefined {
  if (/^file:/i.test(url)) return undefined;
  const { bucket, prefix } = gcsLocation(url);
  const { gcsEndpoint, projectId } = options;
  return new BucketResource(bucket, { ...options, prefix }, async () => {
    const { storage } = await loadGcsClient(gcsEndpoint, projectId);
    // Without credentials the client would ask all the same, as nobody.
    if (isGoogles(gcsEndpoint)) await storage.authClient.getClient();
    return storage.bucket(bucket);
  });
}

/** A bucket. Google's client is loaded when it is looked at. */
export class BucketResource implements Resource {
  readonly kind = 'bucket';

  constructor(
    readonly name: string,
    private readonly options: BucketOptions & { readonly prefix: string },
    private readonly open: () => Promise<BucketClient>,
  ) {}

  async difference(): Promise<Difference> {
    const { location } = this.options;
    const found = await this.read();
    if (found === undefined) {
      return { action: 'create', details: [`in ${location}`, 'access by roles alone', 'never public'] };
    }
    const moved = this.changesOfPlace(found);
    const changes = [...moved, ...this.changesOfAccess(found), ...this.missingRules(found).map(describedRule)];
    if (moved.length > 0) {
      return {
        action: 'refuse',
        changes,
        advice:
          'A bucket cannot be moved. Set CLOSING_BELL_LOCATION to where it is, or name another bucket in CLOSING_BELL_OBJECTS and copy the objects there.',
      };
    }
    return changes.length === 0 ? { action: 'keep' } : { action: 'update', changes };
  }

  async apply(): Promise<void> {
    const { location } = this.options;
    const created = await this.ask(MAKING, (bucket) => bucket.create({ location, ...this.settings }), 409);
    if (created !== undefined) return;
    // Somebody has a bucket of this name: whoever else sets this up, or a stranger.
    const found = await this.read();
    if (found === undefined) throw new Error('it was deleted while it was set up. Run this again.');
    const missing = this.missingRules(found);
    if (this.changesOfAccess(found).length + missing.length === 0) return;
    const { iamConfiguration } = this.settings;
    // Rules that somebody added are kept.
    const lifecycle = { rule: [...(found.lifecycle?.rule ?? []), ...missing] };
    await this.ask(MAKING, (bucket) => bucket.setMetadata({ iamConfiguration, lifecycle }));
  }

  private async read(): Promise<BucketMetadata | undefined> {
    const found = await this.ask(LOOKING, (bucket) => bucket.getMetadata(), 404);
    return found?.[0];
  }

  private get settings() {
    return bucketSettings(this.options.prefix);
  }

  private missingRules({ lifecycle }: BucketMetadata): Rules {
    if (this.isEmulated) return [];
    const there = lifecycle?.rule ?? [];
    return this.settings.lifecycle.rule.filter((rule) => !there.some((other) => isDeepStrictEqual(other, rule)));
  }

  private changesOfPlace({ location }: BucketMetadata): string[] {
    const wanted = this.options.location.toUpperCase();
    return this.isEmulated || location?.toUpperCase() === wanted ? [] : [`location: ${location} → ${wanted}`];
  }

  private changesOfAccess({ iamConfiguration }: BucketMetadata): string[] {
    if (this.isEmulated) return [];
    const { uniformBucketLevelAccess, publicAccessPrevention } = iamConfiguration ?? {};
    return [
      ...(uniformBucketLevelAccess?.enabled ? [] : ['uniformBucketLevelAccess: false → true']),
      ...(publicAccessPrevention === 'enforced'
        ? []
        : [`publicAccessPrevention: ${publicAccessPrevention ?? 'inherited'} → enforced`]),
    ];
  }

  /** fake-gcs-server says US-CENTRAL1 of each bucket, and nothing of access, whatever it was told: only existence can be compared. */
  private get isEmulated(): boolean {
    return !isGoogles(this.options.gcsEndpoint);
  }

  /** Undefined where the answer is the status that stands for nothing. */
  private async ask<T>(
    limits: AttemptLimits,
    call: (bucket: BucketClient) => Promise<T>,
    nothing?: number,
  ): Promise<T | undefined> {
    try {
      const bucket = await this.open();
      return await withAttempts(limits, { passes, random: Math.random }, () => call(bucket));
    } catch (error) {
      if (nothing !== undefined && statusOf(error) === nothing) return undefined;
      throw bucketFailure(this.name, this.options.projectId, error);
    }
  }
}

function describedRule({ action, condition }: Rules[number]): string {
  const { age = 0, matchesPrefix = [] } = condition;
  return `lifecycle: ${action.type} after ${age} d ${matchesPrefix.join(', ')} → added`.replace('  ', ' ');
}
