import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { fitInChildProcess } from './child-process-fit';
import { type FitNetwork, type FitObserver } from './fit';
import { loadLstm, lstmFiles, type LstmModel } from './lstm-model';
import { LSTM_DEFAULTS, type LstmOptions } from './options';
import { type Preprocessing } from './preprocessing';
import { prepareTrainingSet, SCALED_LIMIT, TARGET_DECAY } from './training-set';

/** What to train on. */
export interface LstmTraining extends FitObserver {
  readonly history: History;
  /** Columns of the features to read, in the order of the network's inputs. */
  readonly featureNames: readonly string[];
  /** What differs from {@link LSTM_DEFAULTS}. */
  readonly options?: Partial<LstmOptions>;
  /** Decides every random number: same seed, same history, same machine, same bytes. */
  readonly seed: number;
}

/**
 * Trains an LSTM on a history, in a process of its own. Rejects with HistoryTooShortError where there is too little to learn
 * from, with TrainingProcessError (worth another try) where the process died, and with the signal's reason on an abort.
 * fit: the way the network is computed.
 */
export async function trainLstm(
  { history, featureNames, options, seed, onEpoch, signal }: LstmTraining,
  fit: FitNetwork = fitInChildProcess(),
): Promise<LstmModel> {
  const settings: LstmOptions = { ...LSTM_DEFAULTS, ...options };
  const { scaling, inputs, training, validation } = prepareTrainingSet(history, featureNames, settings);
  const shape = {
    features: featureNames.length,
    units: settings.units,
    lookback: settings.lookback,
    dropout: settings.dropout,
  };
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
    },
    { onEpoch, signal },
  );
  const preprocessing: Preprocessing = {
    format: 'closing-bell-lstm',
    version: 1,
    features: scaling,
    limit: SCALED_LIMIT,
    lookback: settings.lookback,
    horizons: HORIZONS,
    target: { scale: 'ewma-volatility', decay: TARGET_DECAY },
    head: 'student-t',
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
    },
  };
  return loadLstm(await lstmFiles(shape, fitted, preprocessing));
}
