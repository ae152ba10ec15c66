import { ewmaVolatility } from '@closing-bell/features';
import { type Abstention, type ForecastAnswer, type Forecaster, tooShort } from '../forecaster';
import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { type ScaleModel } from '../volatility/scale-model';
import { outsideDomain } from './domain';
import { type LstmForecaster } from './engine';
import { corruptModel, layersModelFiles, type ModelFiles, parseModelFile, readLayersModel } from './layers-model-file';
import { type NetworkShape, type NetworkWeights } from './network';
import { DISTRIBUTION_HEADS } from './options';
import { featureColumns, type Preprocessing, scaleRows } from './preprocessing';
import { RememberedOutputs } from './remembered-outputs';
import { scaledQuantiles, scaledSpread } from './scaled-distribution';
import { openWasmEngine } from './wasm/wasm-engine';
import { gatherWindows } from './windows';

const NAME = 'lstm';

/** What the network says from an origin, or why it says nothing. */
type Reading =
  | Abstention
  | {
      readonly outcome: 'said';
      /** float32[the head's outputs] */
      readonly outputs: Float32Array;
      /** What returns are measured in: σ in log return a session. */
      readonly volatility: number;
    };

/** A trained LSTM. */
export class LstmModel implements Forecaster {
  readonly name = NAME;
  /** Of the history that was asked about last, from its first row on. */
  private readonly remembered: RememberedOutputs;

  constructor(
    /** What to store, byte for byte what it was loaded from. */
    readonly files: ModelFiles,
    readonly preprocessing: Preprocessing,
    readonly shape: NetworkShape,
    readonly weights: NetworkWeights,
    private readonly network: LstmForecaster,
  ) {
    this.remembered = new RememberedOutputs(network, shape.features, shape.lookback);
  }

  /**
   * Reads the last `lookback` rows of features. Abstains on fewer bars, on features that are not complete, and where the price
   * has never moved. Throws PermanentError `missing-feature` where a column is not there.
   */
  forecasts(history: History, origins: readonly number[]): ForecastAnswer[] {
    const { head } = this.preprocessing;
    return this.readings(history, origins).map((reading) => {
      if (reading.outcome === 'abstained') return reading;
      const { outputs, volatility } = reading;
      return {
        outcome: 'forecast',
        quantiles: Array.from({ length: HORIZONS }, (_, index) =>
          scaledQuantiles(head, outputs, index + 1).map((quantile) => quantile * volatility * Math.sqrt(index + 1)),
        ),
      };
    });
  }

  /** Its window of features against those that it was trained on. Throws as {@link forecasts} does. */
  outsideDomain(history: History, origins: readonly number[]): (Abstention | undefined)[] {
    return outsideDomain(history, origins, this.preprocessing);
  }

  /** The spread of its distributions by itself: NaN where it would abstain from forecasting. */
  scaleModel(): ScaleModel {
    const { head } = this.preprocessing;
    return {
      name: NAME,
      outsideDomain: (history, origins) => this.outsideDomain(history, origins),
      scales: (history, from, count) => {
        const scales = new Float64Array(count * HORIZONS).fill(NaN);
        const rows = Array.from({ length: count }, (_, index) => from + index);
        this.readings(history, rows).forEach((reading, index) => {
          if (reading.outcome === 'abstained') return;
          for (let horizon = 1; horizon <= HORIZONS; horizon++) {
            const scale = scaledSpread(head, reading.outputs, horizon) * reading.volatility * Math.sqrt(horizon);
            if (scale > 0) scales[index * HORIZONS + horizon - 1] = scale;
          }
        });
        return scales;
      },
    };
  }

  /** What the network says from each origin. origins: ascending. */
  private readings(history: History, origins: readonly number[]): Reading[] {
    const { features, limit, lookback, target } = this.preprocessing;
    const columns = featureColumns(
      history,
      features.map(({ name }) => name),
    );
    const closes = history.bars.map((bar) => bar.close);
    const volatilities = ewmaVolatility(closes, target.decay);
    const first = Math.max(0, (origins[0] ?? 0) - lookback + 1);
    const rows = scaleRows(columns, features, limit, first, (origins.at(-1) ?? -1) - first + 1);

    const lastRows: number[] = [];
    const windows = origins.map((origin) => {
      if (origin < lookback - 1) return tooShort(NAME, lookback, origin + 1);
      const from = origin - lookback + 1;
      const width = features.length;
      const incomplete = rows.subarray((from - first) * width, (origin - first + 1) * width).findIndex(Number.isNaN);
      if (incomplete >= 0) {
        const feature = features[incomplete % width]?.name ?? '';
        const session = history.bars[from + Math.floor(incomplete / width)]?.session ?? '';
        return abstention(
          'incomplete-features',
          `The feature ${feature} has no value at ${session}, within the ${lookback} sessions that the forecast is made from.`,
        );
      }
      const volatility = volatilities[origin] ?? NaN;
      if (!(volatility > 0)) return abstention('no-volatility', 'The price has never moved.');
      return { window: lastRows.push(origin - first) - 1, volatility };
    });

    const outputs = this.outputsOf(rows, first, lastRows);
    return windows.map((window) =>
      'outcome' in window
        ? window
        : {
            outcome: 'said',
            outputs: outputs[window.window] ?? new Float32Array(),
            volatility: window.volatility,
          },
    );
  }

  /** What the network says at the end of windows of scaled rows, whose first is the history's row `first`. */
  private outputsOf(rows: Float32Array, first: number, lastRows: readonly number[]): Float32Array[] {
    if (first === 0) return this.remembered.of(rows, lastRows);
    const { shape, network } = this;
    const said = network.outputs(gatherWindows(rows, shape.features, shape.lookback, lastRows), lastRows.length);
    const size = said.length / lastRows.length;
    return lastRows.map((_, index) => said.subarray(index * size, (index + 1) * size));
  }
}

function abstention(code: Abstention['code'], detail: string): Abstention {
  return { outcome: 'abstained', code, detail };
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
