import { io, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { PermanentError } from '@closing-bell/contracts';
import { ewmaVolatility } from '@closing-bell/features';
import { type Abstention, type Forecaster, type ReturnDistribution, tooShort } from '../forecaster';
import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type FittedNetwork } from './fit';
import { buildNetwork, type NetworkShape, setNetworkWeights } from './network';
import { featureColumns, type Preprocessing, scaleRows } from './preprocessing';
import { useServingBackend } from './serving-backend';
import { HEAD_OUTPUTS, studentTOf, studentTQuantiles } from './student-t-head';

/** A model's files by name: a tfjs-layers model (`model.json`, `weights.bin`) and `preprocessing.json`. */
export type LstmFiles = Readonly<Record<string, Buffer>>;

const NAME = 'lstm';

/** A trained LSTM. It holds memory of TensorFlow until it is disposed of. */
export class LstmModel implements Forecaster {
  readonly name = NAME;

  constructor(
    /** What to store, byte for byte what it was loaded from. */
    readonly files: LstmFiles,
    readonly preprocessing: Preprocessing,
    private readonly network: LayersModel,
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
    const outputs = tidy(() => {
      const window = tensor3d(inputs, [1, lookback, features.length]);
      return (this.network.predict(window) as Tensor).dataSync();
    });
    return {
      outcome: 'forecast',
      quantiles: Array.from({ length: HORIZONS }, (_, index) => {
        const horizon = index + 1;
        const scaled = studentTQuantiles(studentTOf(outputs, (lookback - 1) * HEAD_OUTPUTS, horizon));
        return scaled.map((quantile) => quantile * volatility * Math.sqrt(horizon));
      }),
    };
  }

  /** Frees the network's memory; the model cannot forecast afterwards. */
  dispose(): void {
    this.network.dispose();
  }
}

/** Loads a model from its files. Throws PermanentError `corrupt-model` where they cannot be read. */
export async function loadLstm(files: LstmFiles): Promise<LstmModel> {
  await useServingBackend();
  const preprocessing = parse<Preprocessing>(files, 'preprocessing.json');
  if (preprocessing.format !== 'closing-bell-lstm' || preprocessing.version !== 1) {
    throw corrupt('preprocessing.json', 'it is not of format closing-bell-lstm, version 1');
  }
  const { modelTopology, weightsManifest } = parse<io.ModelJSON>(files, 'model.json');
  try {
    const network = await loadLayersModel(
      io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: Uint8Array.from(file(files, 'weights.bin')).buffer,
      }),
    );
    return new LstmModel(files, preprocessing, network);
  } catch (error) {
    if (error instanceof PermanentError) throw error;
    throw corrupt('model.json', error instanceof Error ? error.message : String(error));
  }
}

/** The files of a fitted network. */
export async function lstmFiles(
  shape: NetworkShape,
  fitted: FittedNetwork,
  preprocessing: Preprocessing,
): Promise<LstmFiles> {
  await useServingBackend();
  const network = buildNetwork(shape);
  try {
    setNetworkWeights(network, fitted.weights);
    const files: Record<string, Buffer> = { 'preprocessing.json': json(preprocessing) };
    await network.save(
      io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
        files['model.json'] = json({
          format: 'layers-model',
          generatedBy: 'Closing Bell',
          convertedBy: null,
          modelTopology,
          weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
        });
        files['weights.bin'] = Buffer.from(weightData as ArrayBuffer);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    return files;
  } finally {
    network.dispose();
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function file(files: LstmFiles, name: string): Buffer {
  const content = files[name];
  if (content === undefined) throw corrupt(name, 'it is not there');
  return content;
}

function parse<T>(files: LstmFiles, name: string): T {
  const text = file(files, name).toString('utf8');
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw corrupt(name, error instanceof Error ? error.message : String(error));
  }
}

function corrupt(name: string, why: string): PermanentError {
  return new PermanentError(`The model's file ${name} cannot be used: ${why}. Train the model again.`, {
    reason: 'corrupt-model',
    file: name,
  });
}
