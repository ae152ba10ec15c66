import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type FitNetwork, type FitObserver } from './fit/fit';
import { fitTask, shapeOf } from './fit-task';
import { lstmModel, type LstmModel } from './lstm-model';
import { type NetworkShape } from './network';
import { LSTM_DEFAULTS, type LstmOptions } from './options';
import { prepareTrainingSet, SCALED_LIMIT, TARGET_DECAY } from './training-set';
import { rescaledWeights } from './warm-start';

/** What to train on. */
export interface LstmTraining extends FitObserver {
  /** Of one symbol or many, each up to the moment of training. */
  readonly histories: readonly History[];
  /** Columns of the features to read, in the order of the network's inputs. */
  readonly featureNames: readonly string[];
  /** What differs from {@link LSTM_DEFAULTS}. */
  readonly options?: Partial<LstmOptions>;
  /** Decides every random number: same seed, same histories in the same order, same engine and machine, same bytes. */
  readonly seed: number;
  /** A model whose weights to start at, where it has the same sizes and reads the same features; otherwise it is ignored. */
  readonly warmStart?: LstmModel | undefined;
}

/**
 * Trains one LSTM on the windows of all symbols. Rejects with HistoryTooShortError where there is too little to learn from, and
 * with whatever the fit rejects with.
 */
export async function trainLstm(
  { histories, featureNames, options, seed, warmStart, onEpoch, signal }: LstmTraining,
  fit: FitNetwork,
): Promise<LstmModel> {
  const settings: LstmOptions = { ...LSTM_DEFAULTS, ...options };
  const set = prepareTrainingSet(histories, featureNames, settings);
  const { scaling, from, to, symbols, training, validation } = set;
  const shape = shapeOf(featureNames.length, settings);
  const older = warmStart && canStartAt(warmStart, shape, featureNames) ? warmStart : undefined;
  const start = older && rescaledWeights(older.weights, older.preprocessing.features, scaling);
  const fitted = await fit(fitTask(set, settings, seed, start), { onEpoch, signal });
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
      from,
      to,
      ...(symbols === 1 ? {} : { symbols }),
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
