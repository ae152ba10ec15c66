import { type ForecastAnswer, type Forecaster } from '../forecaster';
import { type History } from '../history';
import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';
import { type ScaleModel } from '../volatility/scale-model';
import { ResidualPool } from './residual-pool';
import { WidthTracker } from './width-tracker';

const LEVELS = QUANTILE_LEVELS.length;
const RESIDUALS = 1500;
const FEWEST_RESIDUALS = 250;

export interface SimulationSettings {
  readonly name: string;
  readonly components: readonly ScaleModel[];
  readonly tracked: boolean;
  readonly from?: string;
  readonly rate?: number;
  readonly residuals?: number;
  readonly min?: number;
  readonly max?: number;
}

export class FilteredSimulation implements Forecaster {
  readonly name: string;
  constructor(private readonly settings: SimulationSettings) {
    this.name = settings.name;
  }

  forecasts(history: History, origins: readonly number[]): ForecastAnswer[] {
    const { components, tracked, from = '', residuals = RESIDUALS } = this.settings;
    const last = origins.at(-1) ?? -1;
    const { bars } = history;
    const first = Math.max(0, bars.findIndex(({ session }) => session >= from));
    const rows = last - first + 1;
    const scales = components.map((component) => component.scales(history, first, rows));
    const closes = Float64Array.from(bars.slice(first, last + 1), ({ close }) => Math.log(close));
    const pools = components.map(() => Array.from({ length: HORIZONS }, () => new ResidualPool(residuals)));
    const lower = new Float64Array(rows * HORIZONS).fill(NaN);
    const upper = new Float64Array(rows * HORIZONS).fill(NaN);
    const trackers = Array.from({ length: HORIZONS }, (_, index) => new WidthTracker(index + 1, this.settings.rate, this.settings.min, this.settings.max));
    const answers: ForecastAnswer[] = [];
    let next = 0;
    for (let row = 0; row < rows; row++) {
      for (let index = 0; index < HORIZONS; index++) {
        const origin = row - index - 1;
        if (origin < 0) break;
        const at = origin * HORIZONS + index;
        const outcome = (closes[row] ?? NaN) - (closes[origin] ?? NaN);
        components.forEach((_, component) => {
          const residual = outcome / (scales[component]?.[at] ?? NaN);
          if (Number.isFinite(residual)) pools[component]?.[index]?.push(residual);
        });
        const low = lower[at] ?? NaN;
        if (tracked && !Number.isNaN(low)) trackers[index]?.update(outcome < low || outcome > (upper[at] ?? NaN));
      }
      const isReady = components.every((_, c) =>
        (scales[c]?.[row * HORIZONS] ?? NaN) > 0 && (pools[c]?.[HORIZONS - 1]?.size ?? 0) >= FEWEST_RESIDUALS);
      const isOrigin = origins[next] === row + first;
      if (isReady) {
        const q = (index: number, level: number): number => {
          let sum = 0;
          for (let c = 0; c < components.length; c++)
            sum += (scales[c]?.[row * HORIZONS + index] ?? NaN) * (pools[c]?.[index]?.quantile(QUANTILE_LEVELS[level] ?? NaN) ?? NaN);
          return sum / components.length;
        };
        for (let index = 0; index < HORIZONS; index++) {
          const median = q(index, MEDIAN_INDEX);
          const w = tracked ? trackers[index]?.factor ?? 1 : 1;
          lower[row * HORIZONS + index] = median + w * (q(index, 1) - median);
          upper[row * HORIZONS + index] = median + w * (q(index, 37) - median);
        }
        if (isOrigin) {
          answers.push({ outcome: 'forecast', quantiles: Array.from({ length: HORIZONS }, (_, index) => {
            const median = q(index, MEDIAN_INDEX);
            const w = tracked ? trackers[index]?.factor ?? 1 : 1;
            return Float64Array.from({ length: LEVELS }, (_, level) => median + w * (q(index, level) - median));
          }) });
        }
      } else if (isOrigin) answers.push({ outcome: 'abstained', code: 'too-short', detail: '' });
      if (isOrigin) next++;
    }
    return answers;
  }
}
