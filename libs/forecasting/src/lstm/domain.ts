import { type Abstention } from '../forecaster';
import { type History } from '../history';
import { featureColumns, type FeatureScaling, type Preprocessing } from './preprocessing';

// Where these come from: backtest/constants.ts and decision 10.
/** A value this many times as far out as the network sees is far out. */
const FAR = 2;
/** So many far values in a window are no market that the network could have learnt from. One is: a flash crash, a burst of volume. */
const FAR_VALUES = 2;
/** Deviations that no real value was ever out: one is enough. */
const ABSURD = 100;
/** Sessions in a row with the same value of a feature. */
const STUCK = 5;
/** Features that a sentence names. */
const NAMED = 3;

/**
 * Where what a model reads lies outside what it learnt from: several values of its window are far out, one is absurd, or a feature
 * that moved in training has stopped moving. One an origin (ascending), from the rows up to it alone; undefined where the window
 * is within, or does not exist yet. Throws PermanentError `missing-feature` where a column is not there.
 */
export function outsideDomain(
  history: History,
  origins: readonly number[],
  { features, limit, lookback }: Preprocessing,
): (Abstention | undefined)[] {
  const columns = featureColumns(
    history,
    features.map(({ name }) => name),
  );
  const first = Math.max(0, (origins[0] ?? 0) - Math.max(lookback, STUCK) + 1);
  const end = (origins.at(-1) ?? -1) + 1;
  const far = new Uint16Array(Math.max(0, end - first));
  const absurd = new Uint16Array(far.length);
  const stuck = new Int32Array(far.length).fill(-1);
  features.forEach((scaling, feature) => {
    const column = columns[feature] ?? new Float64Array();
    let run = 0;
    for (let row = first; row < end; row++) {
      const value = column[row] ?? NaN;
      const out = Math.abs(scaled(value, scaling));
      if (out > FAR * limit) far[row - first] = (far[row - first] ?? 0) + 1;
      if (out > ABSURD) absurd[row - first] = (absurd[row - first] ?? 0) + 1;
      run = row > first && value === column[row - 1] ? run + 1 : 1;
      if (run >= STUCK && !mayStandStill(value, scaling)) stuck[row - first] = feature;
    }
  });

  return origins.map((origin) => {
    const from = origin - lookback + 1;
    if (from < 0) return undefined;
    const sum = (counts: Uint16Array): number =>
      counts.subarray(from - first, origin - first + 1).reduce((total, count) => total + count, 0);
    if (sum(absurd) > 0 || sum(far) >= FAR_VALUES) {
      return farOut(history, { features, columns, limit, from, origin });
    }
    const feature = stuck[origin - first] ?? -1;
    const name = features[feature]?.name;
    return name === undefined ? undefined : stoodStill(history, name, columns[feature]?.[origin] ?? NaN, origin);
  });
}

/** In deviations above the mean. */
function scaled(value: number, { mean, deviation }: FeatureScaling): number {
  return (value - mean) / deviation;
}

/** 0 is what features say where there is nothing to say, such as a volume; and what never moved in training may stay there. */
function mayStandStill(value: number, { mean }: FeatureScaling): boolean {
  return value === 0 || Math.abs(value - mean) <= 1e-9 * Math.abs(mean);
}

interface Window {
  readonly features: readonly FeatureScaling[];
  readonly columns: readonly Float64Array[];
  readonly limit: number;
  readonly from: number;
  readonly origin: number;
}

function farOut({ bars }: History, { features, columns, limit, from, origin }: Window): Abstention {
  const worst = features
    .map((scaling, feature) => {
      let out = 0;
      let at = origin;
      for (let row = from; row <= origin; row++) {
        const value = scaled(columns[feature]?.[row] ?? NaN, scaling);
        if (Math.abs(value) > Math.abs(out)) [out, at] = [value, row];
      }
      return { name: scaling.name, out, session: bars[at]?.session ?? '' };
    })
    .filter(({ out }) => Math.abs(out) > FAR * limit)
    .sort((a, b) => Math.abs(b.out) - Math.abs(a.out))
    .slice(0, NAMED)
    .map(
      ({ name, out, session }) =>
        `${name} ${deviations(out)} deviations ${out > 0 ? 'above' : 'below'} its mean at ${session}`,
    );
  return abstention(
    `The features lie outside what the model learnt from: ${worst.join(', ')}; beyond ${limit} it sees no difference. Check the bars for a split, a change of units or a wrong price, and replay the close; where they are right, train again.`,
  );
}

function deviations(out: number): string {
  const size = Math.abs(out);
  return size < 1e6 ? size.toFixed(1) : size.toExponential(1);
}

function stoodStill({ bars }: History, name: string, value: number, origin: number): Abstention {
  return abstention(
    `The feature ${name} is ${value} at each of the ${STUCK} sessions up to ${bars[origin]?.session}, and it moved in what the model learnt from. Compute the features again, and replay the close.`,
  );
}

function abstention(detail: string): Abstention {
  return { outcome: 'abstained', code: 'out-of-domain', detail };
}
