import { type Abstention, type ForecastAnswer, type Forecaster, tooShort } from '../forecaster';
import { type History } from '../history';
import { centralInterval } from '../evaluation/interval-score';
import { HORIZONS, MEDIAN_INDEX, QUANTILE_LEVELS } from '../horizons';
import { type ScaleModel } from '../volatility/scale-model';
import { ResidualPool } from './residual-pool';
import { WidthTracker } from './width-tracker';

/**
 * The latest residuals that a distribution is made of: about ten years. Chosen among 500, 1,000, 1,500 and 2,500 on the S&P 500
 * index of 2006–2015, where more were better: what is learnt slowest is the location.
 */
const RESIDUALS = 2500;
/** Fewest residuals of the longest horizon that make a distribution. */
const FEWEST_RESIDUALS = 250;
/** The interval whose misses are followed. */
const TRACKED_INTERVAL = centralInterval(0.9);

/** What is simulated. */
export interface SimulationSettings {
  readonly name: string;
  /** Models of the scale; with several, quantiles are averaged level by level. Source: Vincent 1912; Lichtendahl et al. 2013. */
  readonly components: readonly ScaleModel[];
  /** Whether widths follow the coverage of realised intervals. */
  readonly tracked: boolean;
}

/**
 * Filtered historical simulation, each horizon for itself: the distribution of past returns ÷ the scale expected of them, times
 * the scale expected now. Location, skew and tails are the market's own. An outcome takes part from the session on that it was
 * realised at. Source: Barone-Adesi, Giannopoulos and Vosper 1999.
 */
export class FilteredSimulation implements Forecaster {
  readonly name: string;

  constructor(private readonly settings: SimulationSettings) {
    this.name = settings.name;
  }

  /** Abstains where a scale cannot be said or fewer than 250 residuals of it are realised. */
  forecasts(history: History, origins: readonly number[]): ForecastAnswer[] {
    const last = origins.at(-1) ?? -1;
    const run = new SimulationRun(this.settings, history, last + 1);
    const wanted = new Map(origins.map((origin, index) => [origin, index]));
    const answers = origins.map((): ForecastAnswer => tooShort(this.name, FEWEST_RESIDUALS, 0));
    for (let row = 0; row <= last; row++) {
      run.advance();
      const index = wanted.get(row);
      if (index !== undefined) answers[index] = run.answer();
    }
    return answers;
  }

  /** What the first of its components that is outside says. */
  outsideDomain(history: History, origins: readonly number[]): (Abstention | undefined)[] {
    const said = this.settings.components.map((component) => component.outsideDomain?.(history, origins));
    return origins.map((_, index) => said.find((answers) => answers?.[index])?.[index]);
  }
}

/** One model of the scale with its residuals by horizon. */
interface Component {
  readonly name: string;
  /** scale[row × 10 + h − 1] */
  readonly scales: Float64Array;
  /** By horizon. */
  readonly pools: readonly ResidualPool[];
}

/** A simulation that goes through the sessions of a history one by one. */
class SimulationRun {
  private row = -1;
  private readonly logCloses: Float64Array;
  private readonly components: readonly Component[];
  private readonly tracker = new WidthTracker();
  /** Ends of the 90 % intervals as given at each row, by horizon; NaN where none was. */
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;

  constructor(
    private readonly settings: SimulationSettings,
    private readonly history: History,
    rows: number,
  ) {
    this.logCloses = Float64Array.from(history.bars.slice(0, rows), ({ close }) => Math.log(close));
    this.components = settings.components.map((component) => ({
      name: component.name,
      scales: component.scales(history, 0, rows),
      pools: Array.from({ length: HORIZONS }, () => new ResidualPool(RESIDUALS)),
    }));
    this.lower = new Float64Array(settings.tracked ? rows * HORIZONS : 0).fill(NaN);
    this.upper = new Float64Array(settings.tracked ? rows * HORIZONS : 0).fill(NaN);
  }

  /** Goes on to the next session: takes in what was realised at its close. */
  advance(): void {
    this.row++;
    for (let horizon = 1; horizon <= Math.min(HORIZONS, this.row); horizon++) this.realise(horizon);
    if (!this.settings.tracked || this.obstacle()) return;
    for (let horizon = 1; horizon <= HORIZONS; horizon++) {
      const at = this.row * HORIZONS + horizon - 1;
      const median = this.simulated(horizon, MEDIAN_INDEX);
      this.lower[at] = this.widened(horizon, TRACKED_INTERVAL.lower, median);
      this.upper[at] = this.widened(horizon, TRACKED_INTERVAL.upper, median);
    }
  }

  /** What is forecast at the present session. */
  answer(): ForecastAnswer {
    const obstacle = this.obstacle();
    if (obstacle) return obstacle;
    return {
      outcome: 'forecast',
      quantiles: Array.from({ length: HORIZONS }, (_, index) => {
        const median = this.simulated(index + 1, MEDIAN_INDEX);
        // Narrowed tails may cross what lies within. Source: Chernozhukov et al. 2010, rearrangement.
        return Float64Array.from(QUANTILE_LEVELS, (_level, at) => this.widened(index + 1, at, median)).sort();
      }),
    };
  }

  private realise(horizon: number): void {
    const origin = this.row - horizon;
    const at = origin * HORIZONS + horizon - 1;
    const outcome = (this.logCloses[this.row] ?? NaN) - (this.logCloses[origin] ?? NaN);
    for (const { scales, pools } of this.components) {
      const residual = outcome / (scales[at] ?? NaN);
      if (Number.isFinite(residual)) pools[horizon - 1]?.push(residual);
    }
    const lower = this.lower[at] ?? NaN;
    if (Number.isNaN(lower)) return;
    this.tracker.update(horizon, outcome < lower || outcome > (this.upper[at] ?? NaN));
  }

  /** Why nothing can be forecast at the present session; undefined where it can. */
  private obstacle(): Abstention | undefined {
    for (const { name, scales, pools } of this.components) {
      const residuals = pools[HORIZONS - 1]?.size ?? 0;
      if (residuals < FEWEST_RESIDUALS) {
        return {
          outcome: 'abstained',
          code: 'too-short',
          detail: `The history is too short: ${this.settings.name} needs ${FEWEST_RESIDUALS} realised outcomes ten sessions ahead of which ${name} knew the scale, and there are ${residuals}.`,
        };
      }
      for (let index = 0; index < HORIZONS; index++) {
        if ((scales[this.row * HORIZONS + index] ?? NaN) > 0) continue;
        const session = this.history.bars[this.row]?.session ?? '';
        return {
          outcome: 'abstained',
          code: 'incomplete-features',
          detail: `${name} cannot say how far the price may move from ${session}: what it reads is not complete there, or the price has not moved.`,
        };
      }
    }
    return undefined;
  }

  /** The components' mean quantile of a horizon (1..10) before widening. */
  private simulated(horizon: number, level: number): number {
    const at = this.row * HORIZONS + horizon - 1;
    let sum = 0;
    for (const { scales, pools } of this.components) {
      sum += (scales[at] ?? NaN) * (pools[horizon - 1]?.quantile(QUANTILE_LEVELS[level] ?? NaN) ?? NaN);
    }
    return sum / this.components.length;
  }

  private widened(horizon: number, level: number, median: number): number {
    const distance = this.simulated(horizon, level) - median;
    return median + (this.settings.tracked ? this.tracker.factor(horizon, level) : 1) * distance;
  }
}
