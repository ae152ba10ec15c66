/** How the literal network is built and trained. */
export interface LiteralOptions {
  /** Width of the LSTM layer. */
  readonly units: number;
  /** Share of the LSTM's outputs dropped in training, 0–1. */
  readonly dropout: number;
  readonly learningRate: number;
  /** Windows a gradient step. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Epochs without a better validation loss after which training ends. */
  readonly patience: number;
  /** The last rows of a history, whose windows decide when to stop. */
  readonly validationSessions: number;
  /** Rows between the training span and the first validation window's last row. */
  readonly embargo: number;
  /** Fewest complete rows with a training target that are worth fitting. */
  readonly minimumTrainingSessions: number;
}

/** As the literature has them, Keras where it is silent; when to stop as the LSTM that serves has it. */
export const LITERAL_DEFAULTS: LiteralOptions = {
  units: 200,
  dropout: 0.2,
  learningRate: 1e-3,
  batchSize: 32,
  epochs: 25,
  patience: 6,
  validationSessions: 252,
  embargo: 10,
  minimumTrainingSessions: 250,
};
