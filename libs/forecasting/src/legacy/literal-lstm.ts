import { PermanentError } from '@closing-bell/contracts';
import { type ForecastAnswer, type Forecaster, type ForecastingMethod, tooShort } from '../forecaster';
import { type History } from '../history';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';
import { type LstmForecaster } from '../lstm/engine';
import { type Examples, type FitNetwork } from '../lstm/fit/fit';
import { initialWeights, type NetworkShape, type NetworkWeights } from '../lstm/network';
import { openWasmEngine } from '../lstm/wasm/wasm-engine';
import { gatherWindows } from '../lstm/windows';
import { RandomSource } from '../random';
import { LITERAL_DEFAULTS, type LiteralOptions } from './literal-options';
import {
  closeScaling,
  LITERAL_INPUTS,
  LITERAL_LOOKBACK,
  literalColumns,
  type LiteralScaling,
  prepareLiteralTrainingSet,
  scaleLiteralRows,
} from './literal-training-set';

const NAME = 'literal-lstm';

/**
 * Legacy, kept to be measured against: the network of the literature as it is usually written down. LSTM that returns its
 * output at each step → dropout → one rectified neuron; mean squared error; Adam; prices, volume and classic indicators scaled to
 * 0–1 over the training span. With a lag of ten sessions the ten steps of a window that ends at t say close[t + 1] to
 * close[t + 10]. It learns price levels, which the next market leaves behind.
 *
 * Its forecast is a point: all 39 quantiles of a horizon are the same return, so its CRPS is its mean absolute error. It is
 * fitted to one symbol: prices of several on one scale have no meaning. The fit rejects more histories than one with
 * PermanentError `one-symbol-only`, too little with HistoryTooShortError, a history without the classic indicators with PermanentError
 * `missing-feature`, and otherwise as `fit` does. options: what differs from the defaults.
 * Source of the design: Moghar and Hamiche 2020; Bhandari et al. 2022.
 */
export function literalLstm(options: Partial<LiteralOptions>, fit: FitNetwork): ForecastingMethod {
  const settings: LiteralOptions = { ...LITERAL_DEFAULTS, ...options };
  return {
    name: NAME,
    fit: async ([history, ...others], { seed, signal }) => {
      if (history === undefined || others.length > 0) {
        const histories = history === undefined ? 0 : others.length + 1;
        throw new PermanentError(
          `${NAME} is fitted to the prices of one symbol, but was given ${histories} histories. Fit it to each by itself.`,
          { reason: 'one-symbol-only', histories },
        );
      }
      const { scaling, inputs, training, validation } = prepareLiteralTrainingSet(history, settings);
      const { units, dropout, learningRate, batchSize, epochs, patience } = settings;
      const shape: NetworkShape = {
        features: LITERAL_INPUTS.length,
        units,
        lookback: LITERAL_LOOKBACK,
        dropout,
        head: 'price',
      };
      const { weights } = await fit(
        {
          ...shape,
          learningRate,
          gradientNorm: Infinity,
          batchSize,
          stride: 1,
          epochs,
          patience,
          seed,
          inputs,
          training,
          validation,
          start: startAtMean(shape, training, seed),
        },
        { signal },
      );
      return new LiteralLstm(scaling, await openSteps(shape, weights));
    },
  };
}

/**
 * Initial weights that say the mean target: a rectified neuron that starts below 0 for every window would have no gradient, and
 * never learn.
 */
function startAtMean(shape: NetworkShape, { targets }: Examples, seed: number): NetworkWeights {
  const known = targets.filter((target) => !Number.isNaN(target));
  const mean = known.reduce((sum, target) => sum + target, 0) / known.length;
  return initialWeights(shape, Float32Array.of(mean), new RandomSource(seed));
}

/**
 * The network as ten, of 1 to 10 steps. An engine says the last step of a window alone, but the weights do not depend on the
 * number of steps, so that what step k says of a window is what a network of k steps says of its beginning.
 */
async function openSteps(shape: NetworkShape, weights: NetworkWeights): Promise<LstmForecaster[]> {
  const engine = await openWasmEngine({ fusedMultiplyAdd: false });
  return Array.from({ length: LITERAL_LOOKBACK }, (_, index) =>
    engine.forecaster({ ...shape, lookback: index + 1 }, weights),
  );
}

class LiteralLstm implements Forecaster {
  readonly name = NAME;

  constructor(
    /** By input. */
    private readonly scaling: readonly LiteralScaling[],
    /** steps[k − 1] says step k of a window. */
    private readonly steps: readonly LstmForecaster[],
  ) {}

  /** Abstains on fewer than ten bars and on a window that is not complete. */
  forecasts(history: History, origins: readonly number[]): ForecastAnswer[] {
    const columns = literalColumns(history);
    const inputs = scaleLiteralRows(columns, this.scaling);
    const abstentions = origins.map((origin) => abstention(history, columns, origin));
    const complete = origins.filter((_, index) => abstentions[index] === undefined);
    const returns = this.returns(history, inputs, complete);
    let next = 0;
    return abstentions.map((abstained) => abstained ?? pointForecast(returns, next++));
  }

  /** Log returns from each origin. inputs: scaled rows → return[origin × 10 + h − 1]. */
  private returns({ bars }: History, inputs: Float32Array, origins: readonly number[]): Float64Array {
    const { least, range } = closeScaling(this.scaling);
    const returns = new Float64Array(origins.length * HORIZONS);
    const width = this.scaling.length;
    const windows = gatherWindows(inputs, width, LITERAL_LOOKBACK, origins);
    this.steps.forEach((network, step) => {
      const scaled = network.outputs(windows.subarray(0, (step + 1) * origins.length * width), origins.length);
      origins.forEach((origin, index) => {
        const price = least + range * (scaled[index] ?? NaN);
        returns[index * HORIZONS + step] = Math.log(price / (bars[origin]?.close ?? NaN));
      });
    });
    return returns;
  }
}

function abstention({ bars }: History, columns: readonly Float64Array[], origin: number): ForecastAnswer | undefined {
  if (origin + 1 < LITERAL_LOOKBACK) return tooShort(NAME, LITERAL_LOOKBACK, origin + 1);
  for (let row = origin - LITERAL_LOOKBACK + 1; row <= origin; row++) {
    const missing = columns.findIndex((column) => !Number.isFinite(column[row] ?? NaN));
    if (missing < 0) continue;
    return {
      outcome: 'abstained',
      code: 'incomplete-features',
      detail: `The input ${LITERAL_INPUTS[missing] ?? ''} has no value at ${bars[row]?.session ?? ''}, within the ${LITERAL_LOOKBACK} sessions that the forecast is made from.`,
    };
  }
  return undefined;
}

/** returns: return[index × 10 + h − 1] */
function pointForecast(returns: Float64Array, index: number): ForecastAnswer {
  return {
    outcome: 'forecast',
    quantiles: Array.from({ length: HORIZONS }, (_, horizon) =>
      new Float64Array(QUANTILE_LEVELS.length).fill(returns[index * HORIZONS + horizon] ?? NaN),
    ),
  };
}
