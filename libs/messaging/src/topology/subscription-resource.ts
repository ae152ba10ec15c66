import { DEAD_LETTER_TOPIC, type Subscription } from '@closing-bell/contracts';
import { type Difference, type Resource } from '@closing-bell/provisioning';
import { type SubscriptionMetadata } from '@google-cloud/pubsub';
import { type PubSubProject } from './pubsub-project';

const DAY = 24 * 3600;

/** What Pub/Sub does where it is not told, seconds: how long it keeps messages, and a subscription that nobody uses. */
const USUAL_RETENTION = 7 * DAY;
const USUAL_EXPIRATION = 31 * DAY;

/** What a setting is told as that is not there. */
const NONE = 'none';

/** What Pub/Sub changes on a subscription that is there. */
const CHANGEABLE = [
  'ackDeadlineSeconds',
  'retryPolicy',
  'deadLetterPolicy',
  'retainAckedMessages',
  'messageRetentionDuration',
  'expirationPolicy',
] as const;

type Setting = (typeof CHANGEABLE)[number] | 'topic' | 'detached' | 'enableMessageOrdering' | 'filter';

/** A subscription: made as the topology says, and brought back to it where Pub/Sub allows. */
export class SubscriptionResource implements Resource {
  readonly kind = 'subscription';
  readonly name: string;
  private readonly wanted: SubscriptionMetadata;

  constructor(
    private readonly project: PubSubProject,
    private readonly subscription: Subscription,
  ) {
    this.name = subscription.name;
    this.wanted = settingsOf(project.id, subscription);
  }

  async difference(): Promise<Difference> {
    const found = await this.read();
    if (found === undefined) return { action: 'create', details: this.details() };
    const differing = this.differing(found);
    if (differing.length === 0) return { action: 'keep' };
    const [was, willBe] = [this.described(found), this.described(this.wanted)];
    const changes = differing.map((setting) => `${setting}: ${was[setting]} → ${willBe[setting]}`);
    return differing.every(isChangeable)
      ? { action: 'update', changes }
      : { action: 'refuse', changes, advice: this.advice() };
  }

  async apply(): Promise<void> {
    if (await this.create()) return;
    const found = await this.read();
    if (found === undefined) throw new Error('it was deleted while it was set up. Run this again.');
    const changes = this.differing(found).filter(isChangeable);
    if (changes.length === 0) return;
    // What is named here is changed, and nothing else; null takes a policy away.
    const metadata = Object.fromEntries(changes.map((setting) => [setting, this.wanted[setting]]));
    await this.project.update((options) => this.client().setMetadata(metadata, options));
  }

  /** Creates it unless it is there, which is then left as it is. Returns whether it did. */
  async create(): Promise<boolean> {
    const { pubsub } = this.project;
    const { topic } = this.subscription;
    const created = await this.project.create((gaxOpts) =>
      pubsub.topic(topic).createSubscription(this.name, { ...this.wanted, gaxOpts }),
    );
    return created !== undefined;
  }

  private async read(): Promise<SubscriptionMetadata | undefined> {
    const answer = await this.project.read((options) => this.client().getMetadata(options));
    return answer?.[0] as SubscriptionMetadata | undefined;
  }

  private client() {
    return this.project.pubsub.subscription(this.name);
  }

  private differing(found: SubscriptionMetadata): Setting[] {
    const [is, shouldBe] = [this.described(found), this.described(this.wanted)];
    return (Object.keys(shouldBe) as Setting[]).filter((setting) => is[setting] !== shouldBe[setting]);
  }

  private details(): string[] {
    const { ordered, ackDeadlineSeconds } = this.subscription;
    const { retryPolicy, deadLetterPolicy, filter } = this.described(this.wanted);
    return [
      ordered ? 'in order' : 'in any order',
      `${ackDeadlineSeconds} s to acknowledge`,
      `again after ${retryPolicy}`,
      deadLetterPolicy === NONE ? 'without end' : `to ${deadLetterPolicy}`,
      ...(filter === NONE ? [] : [`only ${filter}`]),
    ];
  }

  /** Settings as a person reads them; where two are told alike, they are alike. */
  private described(settings: SubscriptionMetadata): Record<Setting, string> {
    const { retryPolicy, deadLetterPolicy, expirationPolicy, filter } = settings;
    const topics = `projects/${this.project.id}/topics/`;
    return {
      topic: (settings.topic ?? NONE).replace(topics, ''),
      detached: String(settings.detached ?? false),
      enableMessageOrdering: String(settings.enableMessageOrdering ?? false),
      filter: filter ? JSON.stringify(filter) : NONE,
      ackDeadlineSeconds: String(settings.ackDeadlineSeconds),
      retryPolicy: retryPolicy
        ? `${duration(retryPolicy.minimumBackoff)} to ${duration(retryPolicy.maximumBackoff)}`
        : NONE,
      deadLetterPolicy: deadLetterPolicy?.deadLetterTopic
        ? `${deadLetterPolicy.deadLetterTopic.replace(topics, '')} after ${deadLetterPolicy.maxDeliveryAttempts} attempts`
        : NONE,
      retainAckedMessages: String(settings.retainAckedMessages ?? false),
      messageRetentionDuration: duration(settings.messageRetentionDuration),
      expirationPolicy: expirationOf(expirationPolicy),
    };
  }

  private advice(): string {
    const how = this.project.pubsub.isEmulator
      ? 'a client of the emulator, or start that without its data'
      : `\`gcloud pubsub subscriptions delete ${this.name} --project=${this.project.id}\``;
    return `Pub/Sub cannot change this where it is: delete the subscription, by which its undelivered messages are lost, and run this again. Delete it by ${how}.`;
  }
}

const isChangeable = (setting: Setting): setting is (typeof CHANGEABLE)[number] =>
  CHANGEABLE.some((changeable) => changeable === setting);

/** The topology's words as Pub/Sub's own: all settings that are ours, also where they are what Pub/Sub does anyway. */
export function settingsOf(projectId: string, subscription: Subscription) {
  const { retry, maxDeliveryAttempts, retainAckedSeconds, filter } = subscription;
  return {
    topic: `projects/${projectId}/topics/${subscription.topic}`,
    enableMessageOrdering: subscription.ordered,
    filter: filter ?? '',
    ackDeadlineSeconds: subscription.ackDeadlineSeconds,
    retryPolicy: {
      minimumBackoff: { seconds: retry.minimumBackoffSeconds },
      maximumBackoff: { seconds: retry.maximumBackoffSeconds },
    },
    deadLetterPolicy:
      maxDeliveryAttempts === undefined
        ? null
        : { deadLetterTopic: `projects/${projectId}/topics/${DEAD_LETTER_TOPIC}`, maxDeliveryAttempts },
    retainAckedMessages: retainAckedSeconds !== undefined,
    messageRetentionDuration: { seconds: retainAckedSeconds ?? USUAL_RETENTION },
    // Never, also where nobody listens for a month.
    expirationPolicy: {},
  } satisfies SubscriptionMetadata;
}

/** A policy without a time says never. */
function expirationOf(policy: SubscriptionMetadata['expirationPolicy']): string {
  if (!policy) return `after ${USUAL_EXPIRATION / DAY} d`;
  return policy.ttl ? `after ${duration(policy.ttl)}` : 'never';
}

/** Durations come as numbers, as text and as 64-bit integers of protobuf. */
function duration(value: SubscriptionMetadata['messageRetentionDuration'] | null): string {
  if (value === null || value === undefined) return NONE;
  const seconds = typeof value === 'number' ? value : Number(String(value.seconds ?? 0)) + (value.nanos ?? 0) / 1e9;
  return seconds > 0 && seconds % DAY === 0 ? `${seconds / DAY} d` : `${seconds} s`;
}
