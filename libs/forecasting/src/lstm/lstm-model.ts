import { ewmaVolatility } from '@closing-bell/features';
import { type Abstention, type Forecaster, type ReturnDistribution, tooShort } from '../forecaster';
import { type History } from '../history';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';
import { type LstmForecaster } from './engine';
import { studentTOf, studentTQuantiles } from './heads/student-t';
import { corruptModel, layersModelFiles, type ModelFiles, parseModelFile, readLayersModel } from './layers-model-file';
import { type NetworkShape, type NetworkWeights } from './network';
import { DISTRIBUTION_HEADS } from './options';
import { featureColumns, type Preprocessing, scaleRows } from './preprocessing';
import { openWasmEngine } from './wasm/wasm-engine';

const NAME = 'lstm';

/** A trained LSTM. */
export class LstmModel implements Forecaster {
  readonly name = NAME;

  constructor(
    /** What to store, byte for byte what it was loaded from. */
    readonly files: ModelFiles,
    readonly preprocessing: Preprocessing,
    readonly shape: NetworkShape,
    readonly weights: NetworkWeights,
    private readonly network: LstmForecaster,
  ) {}

  /**
   * Reads the last `lookback` rows of features. Abstains on fewer bars, on features that are not complete, and where the price
   * has never moved. Throws PermanentError `missing-feature` where a column is not there.
   */
  forecast(history: History): ReturnDistribution | Abstention {
    const { features, limit, lookback, target } = this.preprocessing;
    const length = history.bars.length;
    if (length < lookback) return tooShort(NAME, lookback, length);
    const columns = featureColumns(
      history,
      features.map(({ name }) => name),
    );
    const inputs = scaleRows(columns, features, limit, length - lookback, lookback);
    const incomplete = inputs.findIndex(Number.isNaN);
    if (incomplete >= 0) {
      const feature = features[incomplete % features.length]?.name ?? '';
      const session = history.bars[length - lookback + Math.floor(incomplete / features.length)]?.session ?? '';
      return {
        outcome: 'abstained',
        code: 'incomplete-features',
        detail: `The feature ${feature} has no value at ${session}, within the ${lookback} sessions that the forecast is made from.`,
      };
    }
    const volatility =
      ewmaVolatility(
        history.bars.map((bar) => bar.close),
        target.decay,
      ).at(-1) ?? NaN;
    if (!(volatility > 0)) {
      return { outcome: 'abstained', code: 'no-volatility', detail: 'The price has never moved.' };
    }
    const outputs = this.network.outputs(inputs, 1);
    return {
      outcome: 'forecast',
      quantiles: Array.from({ length: HORIZONS }, (_, index) =>
        this.scaledQuantiles(outputs, index + 1).map((quantile) => quantile * volatility * Math.sqrt(index + 1)),
      ),
    };
  }

  /** Quantiles of the scaled return of a horizon (1..10); 39, ascending. */
  private scaledQuantiles(outputs: Float32Array, horizon: number): Float64Array {
    switch (this.preprocessing.head) {
      case 'student-t':
        return studentTQuantiles(studentTOf(outputs, 0, horizon));
      case 'quantiles': {
        const levels = QUANTILE_LEVELS.length;
        // Quantiles that were learned one by one may cross. Source: Chernozhukov et al. 2010, rearrangement.
        return Float64Array.from(outputs.subarray((horizon - 1) * levels, horizon * levels)).sort();
      }
    }
  }
}

/** Loads a model from its files. Throws PermanentError `corrupt-model` where they cannot be read. */
export async function loadLstm(files: ModelFiles): Promise<LstmModel> {
  const preprocessing = parseModelFile<Preprocessing>(files, 'preprocessing.json');
  if (preprocessing.format !== 'closing-bell-lstm' || preprocessing.version !== 1) {
    throw corruptModel('preprocessing.json', 'it is not of format closing-bell-lstm, version 1');
  }
  if (!DISTRIBUTION_HEADS.includes(preprocessing.head)) {
    throw corruptModel(
      'preprocessing.json',
      `its head "${preprocessing.head}" is none of ${DISTRIBUTION_HEADS.join(', ')}`,
    );
  }
  const { shape, weights } = readLayersModel(files, preprocessing.head);
  if (shape.features !== preprocessing.features.length || shape.lookback !== preprocessing.lookback) {
    throw corruptModel(
      'preprocessing.json',
      `it tells of ${preprocessing.features.length} features and ${preprocessing.lookback} steps, the network of ${shape.features} and ${shape.lookback}`,
    );
  }
  return new LstmModel(files, preprocessing, shape, weights, await serve(shape, weights));
}

/** The model of a fitted network. */
export async function lstmModel(
  shape: NetworkShape,
  weights: NetworkWeights,
  preprocessing: Preprocessing,
): Promise<LstmModel> {
  const files = {
    ...layersModelFiles(shape, weights),
    'preprocessing.json': Buffer.from(`${JSON.stringify(preprocessing, null, 2)}\n`),
  };
  return new LstmModel(files, preprocessing, shape, weights, await serve(shape, weights));
}

/** Forecasts are computed by the one engine that gives the same bytes on every machine, whatever trained the network. */
async function serve(shape: NetworkShape, weights: NetworkWeights): Promise<LstmForecaster> {
  return (await openWasmEngine({ fusedMultiplyAdd: false })).forecaster(shape, weights);
}
