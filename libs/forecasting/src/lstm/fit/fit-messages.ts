import { type EpochReport, type FittedNetwork } from './fit';

/** What a training process says to the process that started it, which sends it one FitTask after the other. */
export type FitMessage =
  | { readonly type: 'epoch'; readonly report: EpochReport }
  | { readonly type: 'fitted'; readonly fitted: FittedNetwork }
  | { readonly type: 'failed'; readonly message: string };
