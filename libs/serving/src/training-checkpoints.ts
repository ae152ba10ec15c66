import { type Checkpoints } from '@closing-bell/forecasting';
import { CHECKPOINTS, type ObjectStore } from '@closing-bell/storage';

/** What became of a checkpoint. */
export type CheckpointEvent =
  /** A fit goes on after so many epochs. */
  | { readonly what: 'resumed'; readonly epochs: number }
  /** A fit cannot go on from what was kept, and starts anew. */
  | { readonly what: 'ignored'; readonly reason: string }
  /** The store did not do it; the training goes on without. */
  | { readonly what: 'failed'; readonly action: 'read' | 'write' | 'remove'; readonly error: unknown };

export interface TrainingCheckpointsOptions {
  /** Milliseconds of computing between two states of a fit that are kept, at least. */
  readonly everyMilliseconds: number;
  /** Told of each event with the address of the checkpoint, or of those of a decision. */
  readonly onEvent: (event: CheckpointEvent, uri: string) => void;
}

/**
 * Where the fits of a training stand, in an object store until the decision that they are for is written: one that is made anew after
 * an interruption finds all its fits again, also those that were done.
 *
 *     checkpoints/{decision}-{fit}
 *
 * Two trainers that make the same decision write the same states; which of them an object holds does not matter.
 */
export class TrainingCheckpoints {
  constructor(
    private readonly objects: ObjectStore,
    private readonly options: TrainingCheckpointsOptions,
  ) {}

  /** The checkpoints of one decision, by its identity. */
  of(decision: string): Checkpoints {
    const { objects, options } = this;
    const { everyMilliseconds } = options;
    const keyOf = (fit: string): string => `${prefixOf(decision)}${fit}`;
    const report = (fit: string, event: CheckpointEvent): void => options.onEvent(event, objects.uri(keyOf(fit)));
    return {
      everyMilliseconds,
      load: async (fit) => {
        try {
          return (await objects.read(keyOf(fit)))?.bytes;
        } catch (error) {
          report(fit, { what: 'failed', action: 'read', error });
          return undefined;
        }
      },
      save: async (fit, state) => {
        try {
          const before = await objects.read(keyOf(fit));
          // Where another was faster, its state is as good.
          await objects.compareAndSwap(keyOf(fit), state, before?.version);
        } catch (error) {
          report(fit, { what: 'failed', action: 'write', error });
        }
      },
      resumed: (fit, epochs) => report(fit, { what: 'resumed', epochs }),
      ignored: (fit, reason) => report(fit, { what: 'ignored', reason }),
    };
  }

  /** Removes what is kept for a decision, which is made. */
  async forget(decision: string): Promise<void> {
    const prefix = prefixOf(decision);
    try {
      for await (const key of this.objects.list(prefix)) await this.objects.remove(key);
    } catch (error) {
      this.options.onEvent({ what: 'failed', action: 'remove', error }, this.objects.uri(prefix.slice(0, -1)));
    }
  }
}

function prefixOf(decision: string): string {
  return `${CHECKPOINTS}${decision}-`;
}
