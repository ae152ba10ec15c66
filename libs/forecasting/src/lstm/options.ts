import { type HeadName } from './heads/head';

/** Heads whose outputs are a distribution of each horizon's scaled return: what can be served. */
export const DISTRIBUTION_HEADS = ['student-t', 'quantiles'] as const satisfies readonly HeadName[];
export type DistributionHead = (typeof DISTRIBUTION_HEADS)[number];

/** How the network is built and trained. */
export interface LstmOptions {
  /** Width of the LSTM layer. */
  readonly units: number;
  /** Sessions in a window: what the network sees when it forecasts. */
  readonly lookback: number;
  /** Share of the LSTM's outputs dropped in training, 0–1. */
  readonly dropout: number;
  /** How the network says a distribution. */
  readonly head: DistributionHead;
  readonly learningRate: number;
  /** Gradients are scaled down to this norm, taken over all weights together. */
  readonly gradientNorm: number;
  /** Windows a gradient step. */
  readonly batchSize: number;
  /** Sessions between the ends of an epoch's windows of a symbol; each epoch starts at another of them. */
  readonly stride: number;
  readonly epochs: number;
  /** Epochs without a better validation loss after which training ends. */
  readonly patience: number;
  /** Latest sessions that are used at all, of those on which any of the symbols traded. */
  readonly sessions: number;
  /** The last of them, whose targets decide when to stop. */
  readonly validationSessions: number;
  /** Sessions between the last realised training target and the first validation origin. */
  readonly embargo: number;
  /** Fewest sessions with complete features and a training target, over all symbols, that are worth fitting. */
  readonly minimumTrainingSessions: number;
}

export const LSTM_DEFAULTS: LstmOptions = {
  units: 200,
  lookback: 10,
  dropout: 0.2,
  head: 'student-t',
  learningRate: 5e-4,
  gradientNorm: 1,
  batchSize: 64,
  stride: 5,
  epochs: 25,
  patience: 6,
  sessions: 2500,
  validationSessions: 252,
  embargo: 10,
  minimumTrainingSessions: 250,
};
