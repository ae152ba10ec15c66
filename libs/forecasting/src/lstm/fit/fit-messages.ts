import { type EpochOrigin, type EpochReport, type FitTask, type FittedNetwork } from './fit';

/** What a training process is told: one fit after the other, and in between what concerns the one that it computes. */
export type FitRequest =
  | {
      readonly type: 'fit';
      readonly task: FitTask;
      /** Milliseconds between two states that are handed over; absent: none is. */
      readonly checkpointEveryMilliseconds?: number;
    }
  /** The answer to `load`. */
  | { readonly type: 'loaded'; readonly state: Uint8Array | undefined }
  /** Hand over where the fit stands, and end it. */
  | { readonly type: 'abort' };

/** What a training process says. */
export type FitMessage =
  | { readonly type: 'epoch'; readonly report: EpochReport; readonly origin: EpochOrigin }
  | { readonly type: 'load'; readonly fit: string }
  | { readonly type: 'save'; readonly fit: string; readonly state: Uint8Array }
  | { readonly type: 'resumed'; readonly fit: string; readonly epochs: number }
  | { readonly type: 'ignored'; readonly fit: string; readonly reason: string }
  | { readonly type: 'aborted' }
  | { readonly type: 'fitted'; readonly fitted: FittedNetwork }
  | { readonly type: 'failed'; readonly message: string };
