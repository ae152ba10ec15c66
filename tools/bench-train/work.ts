/** The network that every contender trains: LSTM, all steps → dropout → dense, rectified; squared error; Adam. */
export const NETWORK = { features: 15, units: 200, lookback: 10, dropout: 0.2, learningRate: 1e-3 } as const;

/** Windows a batch. */
export const BATCH_SIZES = [32, 64, 256] as const;

/** Steps of one measurement; about the same work for each size. */
export function stepsOf(batchSize: number): number {
  return Math.max(10, Math.round(3200 / batchSize));
}

/** What a contender is asked for: a line of JSON on its standard input. */
export interface Request {
  readonly batchSize: number;
  readonly steps: number;
}

/** What it answers: a line of JSON on its standard output. */
export interface Answer {
  /** CPU time of the process over all its threads, ms a batch. */
  readonly cpu: number;
  /** ms a batch. */
  readonly wall: number;
  /** Loss of the last batch: it does train. */
  readonly loss: number;
}

/** Floating-point operations of a step's matrix products, input gradients aside, which nobody needs. */
export function productsOf(batchSize: number): number {
  const { features, units, lookback } = NETWORK;
  const gates = 4 * units;
  const rows = batchSize * lookback;
  const recurrentRows = batchSize * (lookback - 1);
  const forward = rows * features * gates + recurrentRows * units * gates;
  const backward = recurrentRows * units * gates;
  const weightGradients = rows * features * gates + recurrentRows * units * gates;
  return 2 * (forward + backward + weightGradients);
}
