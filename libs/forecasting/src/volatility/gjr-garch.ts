import { type History } from '../history';
import { HORIZONS } from '../horizons';
import { HistoryTooShortError } from '../history-too-short-error';
import { minimise } from '../statistics/minimise';
import { studentTLogConstant } from '../statistics/student-t';
import { type ScaleModel } from './scale-model';

/** Returns whose mean square stands in for the variance before the recursion has anything to go on. */
const WARM_UP = 20;
/** Fewest returns after the warm-ups that are worth fitting. */
const FEWEST_RETURNS = 250;
/**
 * Decay of the mean square that variances return to: it remembers about four years, so that a symbol's level may move. Chosen
 * among 1, .999 and .998 by the likelihood of 2008–2011 and 2012–2015 under parameters fitted before: on the S&P 500 index and on
 * thirty stocks it is the best of the three, and each is above a constant level fitted freely.
 */
const LEVEL_DECAY = 0.999;
/** Degrees of freedom stay between these: a variance must exist, and from the upper end on the density is normal. */
const LEAST_DEGREES = 2.05;
const MOST_DEGREES = 500;
/** Factors of a likelihood that are multiplied before one logarithm is taken; few enough to stay within a double. */
const FACTORS = 8;

/**
 * GJR-GARCH(1,1,1) with Student t innovations, free of the level of the returns: with r the log return, v the mean square of
 * the returns so far (weights .999^age) and e = r − mean · √v, the variance expected of the next return is
 * (1 − arch − leverage / 2 − garch) · v + arch · e² + leverage · e² [e < 0] + garch · σ². One set may serve many symbols,
 * since each brings its own level.
 * Source: Glosten, Jagannathan and Runkle 1993; Engle and Mezrich 1996 (variance targeting); Bollerslev 1987 (Student t).
 */
export interface GjrParameters {
  /** Mean return ÷ √v. */
  readonly mean: number;
  /** What a squared return adds to the next variance, ≥ 0. */
  readonly arch: number;
  /** What it adds beyond that after a fall; arch + leverage ≥ 0. */
  readonly leverage: number;
  /** What the last variance adds, ≥ 0; arch + leverage / 2 + garch < 1. */
  readonly garch: number;
  /** Of the innovations, scaled to variance 1; above 2. */
  readonly degreesOfFreedom: number;
}

/** How much of a variance's distance from its level is left a session later, 0–1. */
export function persistenceOf({ arch, leverage, garch }: GjrParameters): number {
  return arch + leverage / 2 + garch;
}

/** The variance of one symbol's returns while they come in. */
class GjrVariance {
  /** Variance expected of the next return: the mean square so far until there are enough returns; 0 while none has moved. */
  next = 0;
  /** What it returns to. */
  level = 0;
  /** Mean expected of the next return. */
  mean = 0;
  /** Returns taken. */
  count = 0;
  private squares = 0;
  private weights = 0;
  private readonly reversion: number;

  constructor(private readonly parameters: GjrParameters) {
    this.reversion = 1 - persistenceOf(parameters);
  }

  get isWarm(): boolean {
    return this.count >= WARM_UP && this.next > 0;
  }

  update(logReturn: number): void {
    const { mean, arch, leverage, garch } = this.parameters;
    const shock = logReturn - this.mean;
    this.count++;
    this.squares = LEVEL_DECAY * this.squares + logReturn * logReturn;
    this.weights = LEVEL_DECAY * this.weights + 1;
    this.level = this.squares / this.weights;
    this.mean = mean * Math.sqrt(this.level);
    this.next =
      this.count < WARM_UP
        ? this.level
        : this.reversion * this.level + (shock < 0 ? arch + leverage : arch) * shock * shock + garch * this.next;
  }
}

/** Sum of the logarithms of the densities of all returns but the first twenty, each given those before it. */
export function gjrLogLikelihood(parameters: GjrParameters, logReturns: Float64Array): number {
  const { degreesOfFreedom } = parameters;
  const state = new GjrVariance(parameters);
  const inverse = 1 / (degreesOfFreedom - 2);
  let count = 0;
  let logVariances = 0;
  let logTails = 0;
  let variances = 1;
  let tails = 1;
  for (let index = 0; index < logReturns.length; index++) {
    const logReturn = logReturns[index] ?? NaN;
    if (state.isWarm) {
      const shock = logReturn - state.mean;
      variances *= state.next;
      tails *= 1 + (shock * shock * inverse) / state.next;
      count++;
      if (count % FACTORS === 0) {
        logVariances += Math.log(variances);
        logTails += Math.log(tails);
        variances = 1;
        tails = 1;
      }
    }
    state.update(logReturn);
  }
  const constant = studentTLogConstant(degreesOfFreedom) + 0.5 * Math.log(degreesOfFreedom * inverse);
  return (
    count * constant -
    0.5 * (logVariances + Math.log(variances)) -
    0.5 * (degreesOfFreedom + 1) * (logTails + Math.log(tails))
  );
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Where the search starts, and the size of its first steps: see {@link parametersAt}. */
const START = [4, 0.15, 0.25, -4.4, 0];
const STEPS = [0.5, 0.1, 0.1, 0.5, 0.1];

/**
 * Parameters of any five numbers, so that the search knows no bounds: the persistence is always below 1, and its parts, of which
 * squares are taken, reach 0 where the best of them is.
 */
function parametersAt([
  persisting = NaN,
  rise = NaN,
  fall = NaN,
  degrees = NaN,
  mean = NaN,
]: Float64Array): GjrParameters {
  const persistence = logistic(persisting);
  const garch = persistence / (1 + rise * rise + fall * fall);
  const arch = 2 * garch * rise * rise;
  return {
    mean: mean / 10,
    arch,
    leverage: 2 * garch * fall * fall - arch,
    garch,
    degreesOfFreedom: LEAST_DEGREES + (MOST_DEGREES - LEAST_DEGREES) * logistic(degrees),
  };
}

/**
 * The parameters under which the returns of all histories together are most likely. The same returns in any unit give the same
 * parameters, so that no symbol counts for more than the number of its returns.
 * logReturns: for each history, return[n], oldest first. Rejects fewer than 250 returns beyond the first twenty of each history
 * with HistoryTooShortError. Source: Bollerslev and Wooldridge 1992 (quasi maximum likelihood).
 */
export function fitGjrGarch(logReturns: readonly Float64Array[]): GjrParameters {
  const available = logReturns.reduce((sum, { length }) => sum + Math.max(0, length - WARM_UP), 0);
  if (available < FEWEST_RETURNS) throw new HistoryTooShortError('gjr-garch', FEWEST_RETURNS, available);
  const { at } = minimise(
    (point) => {
      const parameters = parametersAt(point);
      return -logReturns.reduce((sum, returns) => sum + gjrLogLikelihood(parameters, returns), 0);
    },
    START,
    STEPS,
  );
  return parametersAt(at);
}

/**
 * The fitted model as a scale: the root of the sum of the variances expected of the next h returns. NaN until a history has
 * twenty returns, and while its price has never moved.
 */
export function gjrScale(parameters: GjrParameters): ScaleModel {
  const persistence = persistenceOf(parameters);
  // Sums of persistence^i over i < h: how often the variance's present distance from its level counts.
  const distances = Float64Array.from({ length: HORIZONS });
  for (let index = 0; index < HORIZONS; index++) distances[index] = 1 + persistence * (distances[index - 1] ?? 0);
  return {
    name: 'gjr-garch',
    scales: ({ bars }: History, from, count) => {
      const scales = new Float64Array(count * HORIZONS).fill(NaN);
      const state = new GjrVariance(parameters);
      let previous = bars[0]?.close ?? NaN;
      for (let row = 1; row < from + count; row++) {
        const close = bars[row]?.close ?? NaN;
        state.update(Math.log(close / previous));
        previous = close;
        if (row < from || !state.isWarm) continue;
        for (let index = 0; index < HORIZONS; index++) {
          const distance = (distances[index] ?? NaN) * (state.next - state.level);
          scales[(row - from) * HORIZONS + index] = Math.sqrt((index + 1) * state.level + distance);
        }
      }
      return scales;
    },
  };
}
