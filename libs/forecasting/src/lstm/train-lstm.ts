import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type FitNetwork, type FitObserver } from './fit/fit';
import { lstmModel, type LstmModel } from './lstm-model';
import { type NetworkShape } from './network';
import { LSTM_DEFAULTS, type LstmOptions } from './options';
import { prepareTrainingSet, SCALED_LIMIT, TARGET_DECAY } from './training-set';
import { rescaledWeights } from './warm-start';

/** What to train on. */
export interface LstmTraining extends FitObserver {
  readonly history: History;
  /** Columns of the features to read, in the order of the network's inputs. */
  readonly featureNames: readonly string[];
  /** What differs from {@link LSTM_DEFAULTS}. */
  readonly options?: Partial<LstmOptions>;
  /** Decides every random number: same seed, same history, same engine and machine, same bytes. */
  readonly seed: number;
  /** A model whose weights to start at, where it has the same sizes and reads the same features; otherwise it is ignored. */
  readonly warmStart?: LstmModel | undefined;
}

/**
 * Trains an LSTM on a history. Rejects with HistoryTooShortError where there is too little to learn from, and with whatever
 * the fit rejects with.
 */
export async function trainLstm(
  { history, featureNames, options, seed, warmStart, onEpoch, signal }: LstmTraining,
  fit: FitNetwork,
): Promise<LstmModel> {
  const settings: LstmOptions = { ...LSTM_DEFAULTS, ...options };
  const { scaling, inputs, training, validation } = prepareTrainingSet(history, featureNames, settings);
  const shape: NetworkShape = {
    features: featureNames.length,
    units: settings.units,
    lookback: settings.lookback,
    dropout: settings.dropout,
    head: settings.head,
  };
  const older = warmStart && canStartAt(warmStart, shape, featureNames) ? warmStart : undefined;
  const fitted = await fit(
    {
      ...shape,
      learningRate: settings.learningRate,
      gradientNorm: settings.gradientNorm,
      batchSize: settings.batchSize,
      stride: settings.stride,
      epochs: settings.epochs,
      patience: settings.patience,
      seed,
      inputs,
      training,
      validation,
      ...(older ? { start: rescaledWeights(older.weights, older.preprocessing.features, scaling) } : {}),
    },
    { onEpoch, signal },
  );
  return lstmModel(shape, fitted.weights, {
    format: 'closing-bell-lstm',
    version: 1,
    features: scaling,
    limit: SCALED_LIMIT,
    lookback: settings.lookback,
    horizons: HORIZONS,
    target: { scale: 'ewma-volatility', decay: TARGET_DECAY },
    head: settings.head,
    training: {
      from: history.bars[Math.max(0, history.bars.length - settings.sessions)]?.session ?? '',
      to: history.bars.at(-1)?.session ?? '',
      trainingWindows: training.lastRows.length,
      validationWindows: validation.lastRows.length,
      seed,
      options: settings,
      epochs: fitted.epochs,
      bestEpoch: fitted.bestEpoch,
      validationLoss: fitted.validationLoss,
      engine: fitted.engine,
      start: older ? { trainedUntil: older.preprocessing.training.to } : 'seed',
    },
  });
}

/** Whether a model's weights fit a network that reads these features. */
function canStartAt(model: LstmModel, shape: NetworkShape, featureNames: readonly string[]): boolean {
  const { head, features } = model.preprocessing;
  return (
    head === shape.head &&
    model.shape.units === shape.units &&
    features.length === featureNames.length &&
    features.every(({ name }, index) => name === featureNames[index])
  );
}
