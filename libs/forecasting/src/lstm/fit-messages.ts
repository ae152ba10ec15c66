import { type EpochReport, type FittedNetwork } from './fit';

/** What the training process says to the process that started it; the other way goes one FitTask. */
export type FitMessage =
  | { readonly type: 'epoch'; readonly report: EpochReport }
  | { readonly type: 'fitted'; readonly fitted: FittedNetwork }
  | { readonly type: 'failed'; readonly message: string };
