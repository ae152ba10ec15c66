import { google } from '@google-cloud/pubsub/build/protos/protos';
import { type Database, type RootDatabase } from 'lmdb';
import { type Clock } from '../clock';
import { type BlockProgress } from '../delivery/block-progress';
import { type Block } from '../message/block';
import { type DataDirectory, openDataDirectory, StartError } from './data-directory';
import { type BlockRecord, type Stored, type SubscriptionRecord, type TopicRecord } from './records';

const { Topic, Subscription } = google.pubsub.v1;

/** How long an ack or an attempt count may wait for the next group commit, milliseconds. */
const LAZY_COMMIT_DELAY = 50;

/** Raise it when what is stored changes shape. */
const FORMAT = 1;

type BlockKey = [id: number, publishTime: number, topicNumber: number];
type ProgressKey = [blockId: number, subscriptionNumber: number];

interface Tables {
  readonly topics: Database<Buffer, number>;
  readonly subscriptions: Database<Omit<SubscriptionRecord, 'config'> & { config: Uint8Array }, number>;
  readonly blocks: Database<Buffer, BlockKey>;
  readonly progress: Database<Buffer, ProgressKey>;
}

const openTables = (root: RootDatabase): Tables => ({
  topics: root.openDB({ name: 'topics', encoding: 'binary' }),
  subscriptions: root.openDB({ name: 'subscriptions' }),
  blocks: root.openDB({ name: 'blocks', encoding: 'binary' }),
  progress: root.openDB({ name: 'progress', encoding: 'binary' }),
});

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** Changes that go into one group commit. */
class Changes {
  /** Creations, updates and deletions of topics and subscriptions, in order. */
  readonly resources: (() => void)[] = [];
  readonly appended: Block[] = [];
  readonly progress = new Set<BlockProgress>();
  readonly droppedProgress = new Set<BlockProgress>();
  readonly droppedBlocks: Block[] = [];
  /** Told when `appended` is on disk. */
  readonly publishers: Waiter[] = [];
  /** Told when all else is. */
  readonly waiters: Waiter[] = [];

  get isEmpty(): boolean {
    return (
      this.resources.length +
        this.appended.length +
        this.progress.size +
        this.droppedProgress.size +
        this.droppedBlocks.length +
        this.waiters.length ===
      0
    );
  }
}

/**
 * Keeps the server's state on disk, in LMDB. What changes goes there in group commits, each whole or not at all. What is
 * not flushed follows within {@link LAZY_COMMIT_DELAY}; a failed commit is tried again with the next, but for its blocks.
 *
 * Tables: `topics` and `subscriptions` by number, `blocks` by {@link BlockKey} with the publish request
 * as it arrived, `progress` by {@link ProgressKey} with BlockProgress's bytes, and in the root `format` and `lastMessageId`.
 */
export class Journal {
  readonly #directory: DataDirectory<Tables>;
  #lastMessageId: number;
  #changes = new Changes();
  #commit: Promise<void> | undefined;
  #cancelLazyCommit: (() => void) | undefined;

  private constructor(
    directory: DataDirectory<Tables>,
    private readonly clock: Clock,
  ) {
    this.#directory = directory;
    this.#lastMessageId = (directory.root.get('lastMessageId') as number | undefined) ?? 0;
  }

  /** @throws StartError where another server holds the directory, it cannot be written, or it is of another format. */
  static async open(path: string, clock: Clock): Promise<Journal> {
    const directory = openDataDirectory(path, openTables);
    const format = directory.root.get('format') as number | undefined;
    if (format !== undefined && format !== FORMAT) {
      await directory.close();
      throw new StartError(
        `The data directory ${path} is of format ${format}, this version reads ${FORMAT}: give an empty directory.`,
        { directory: path, format },
      );
    }
    if (format === undefined) await directory.root.put('format', FORMAT);
    return new Journal(directory, clock);
  }

  load(): Stored {
    return {
      topics: [...this.#directory.tables.topics.getRange()].map(({ key, value }) => ({
        number: key,
        config: Topic.decode(value),
      })),
      subscriptions: [...this.#directory.tables.subscriptions.getRange()].map(({ value }) => ({
        ...value,
        config: Subscription.decode(value.config),
      })),
      blocks: this.#loadBlocks(),
      lastMessageId: this.#lastMessageId,
    };
  }

  *#loadBlocks(): Iterable<BlockRecord> {
    for (const { key, value } of this.#directory.tables.blocks.getRange()) {
      const [id, publishTime, topicNumber] = key;
      const progress = new Map<number, Uint8Array>();
      for (const record of this.#directory.tables.progress.getRange({
        start: [id, 0],
        end: [id, Number.MAX_SAFE_INTEGER],
      })) {
        progress.set(record.key[1], record.value);
      }
      yield { id, publishTime, topicNumber, bytes: value, progress };
    }
  }

  saveTopic({ number, config }: TopicRecord): void {
    const bytes = Buffer.from(Topic.encode(config).finish());
    this.#writeResource(() => void this.#directory.tables.topics.put(number, bytes));
  }

  deleteTopic(number: number): void {
    this.#writeResource(() => void this.#directory.tables.topics.remove(number));
  }

  saveSubscription(record: SubscriptionRecord): void {
    const stored = { ...record, config: Buffer.from(Subscription.encode(record.config).finish()) };
    this.#writeResource(() => void this.#directory.tables.subscriptions.put(record.number, stored));
  }

  deleteSubscription(number: number): void {
    this.#writeResource(() => void this.#directory.tables.subscriptions.remove(number));
  }

  /** Resolves when the block is synced to disk; rejects where the disk refuses it, and then forgets it. */
  appendBlock(block: Block): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#lastMessageId = block.lastMessageId;
      this.#changes.appended.push(block);
      this.#changes.publishers.push({ resolve, reject });
      this.#commitSoon();
    });
  }

  progressChanged(progress: BlockProgress): void {
    this.#changes.progress.add(progress);
    this.#commitLazily();
  }

  progressDropped(progress: BlockProgress): void {
    this.#changes.progress.delete(progress);
    this.#changes.droppedProgress.add(progress);
    this.#commitLazily();
  }

  blockDropped(block: Block): void {
    for (const progress of block.progress) this.progressDropped(progress);
    this.#changes.droppedBlocks.push(block);
    this.#commitLazily();
  }

  /** Resolves when all changes up to now are synced to disk; rejects where the disk refuses them. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#changes.waiters.push({ resolve, reject });
      this.#commitSoon();
    });
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#cancelLazyCommit?.();
      await this.#commit;
      await this.#directory.close();
    }
  }

  #writeResource(write: () => void): void {
    this.#changes.resources.push(write);
    this.#commitLazily();
  }

  #commitLazily(): void {
    if (this.#commit || this.#cancelLazyCommit) return;
    this.#cancelLazyCommit = this.clock.schedule(LAZY_COMMIT_DELAY, () => {
      this.#cancelLazyCommit = undefined;
      this.#commitSoon();
    });
  }

  /** Commits what has gathered; what comes while a commit runs goes into the next one together. */
  #commitSoon(): void {
    if (this.#commit) return;
    this.#cancelLazyCommit?.();
    this.#cancelLazyCommit = undefined;
    this.#commit = this.#commitGathered().finally(() => {
      this.#commit = undefined;
      if (this.#changes.waiters.length + this.#changes.publishers.length > 0) this.#commitSoon();
      else if (!this.#changes.isEmpty) this.#commitLazily();
    });
  }

  async #commitGathered(): Promise<void> {
    // One turn of the event loop, so that what arrived together is committed together.
    await new Promise(setImmediate);
    const changes = this.#changes;
    this.#changes = new Changes();
    let failure = await this.#write(changes);
    settle(changes.publishers, failure);
    if (failure && changes.appended.length > 0) {
      // On a full disk, what acks give back is what makes room again.
      changes.appended.length = 0;
      failure = await this.#write(changes);
    }
    if (failure) this.#keepForLater(changes);
    settle(changes.waiters, failure);
  }

  /** One commit: all of it or nothing. Resolves to what went wrong. */
  async #write(changes: Changes): Promise<Error | undefined> {
    try {
      await this.#directory.root.batch(() => this.#put(changes));
      return undefined;
    } catch (error) {
      return commitFailure(error);
    }
  }

  #put(changes: Changes): void {
    for (const write of changes.resources) write();
    for (const block of changes.appended) void this.#directory.tables.blocks.put(keyOf(block), block.bytes);
    // Also where nothing was appended: LMDB reuses what one commit freed after another that is not empty.
    void this.#directory.root.put('lastMessageId', this.#lastMessageId);
    for (const progress of changes.progress) {
      // A later change may have dropped it from the next commit already, which then removes it.
      void this.#directory.tables.progress.put(progressKeyOf(progress), progress.encode());
      progress.stored = true;
    }
    for (const progress of changes.droppedProgress) {
      if (progress.stored) void this.#directory.tables.progress.remove(progressKeyOf(progress));
    }
    for (const block of changes.droppedBlocks) void this.#directory.tables.blocks.remove(keyOf(block));
  }

  /** All but appended blocks, whose publishers were told of the failure. */
  #keepForLater(failed: Changes): void {
    const next = this.#changes;
    next.resources.unshift(...failed.resources);
    next.droppedBlocks.push(...failed.droppedBlocks);
    for (const progress of failed.droppedProgress) next.droppedProgress.add(progress);
    for (const progress of failed.progress) if (!next.droppedProgress.has(progress)) next.progress.add(progress);
  }
}

function settle(waiters: readonly Waiter[], failure: Error | undefined): void {
  for (const waiter of waiters) {
    if (failure) waiter.reject(failure);
    else waiter.resolve();
  }
}

const keyOf = (block: Block): BlockKey => [block.id, block.publishTime, block.topic.number];
const progressKeyOf = ({ block, subscription }: BlockProgress): ProgressKey => [block.id, subscription.identity.number];

/** LMDB's reason for a failed commit, which it keeps in a promise beside the error. */
async function commitFailure(error: unknown): Promise<Error> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  try {
    await commitError;
  } catch (reason) {
    if (reason instanceof Error) return reason;
  }
  return error instanceof Error ? error : new Error(String(error));
}
