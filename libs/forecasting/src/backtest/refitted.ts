import { type Abstention, type ForecastAnswer, type Forecaster } from '../forecaster';
import { type History } from '../history';

/** A forecaster from the session on at which it was fitted. */
export interface Fold {
  /** The last session that it learnt from. */
  readonly fittedAt: string;
  readonly forecaster: Forecaster;
}

/**
 * One forecaster that was fitted again from time to time: each origin is answered by the latest fit that had not seen anything
 * after it. folds: ascending.
 */
export function refitted(name: string, folds: readonly Fold[]): Forecaster {
  const unfitted: Abstention = {
    outcome: 'abstained',
    code: 'too-short',
    detail: `${name} was not fitted before ${folds[0]?.fittedAt ?? 'any origin'}.`,
  };
  return {
    name,
    forecasts: (history, origins) => {
      const answers = origins.map((): ForecastAnswer => unfitted);
      ofEachFold(folds, history, origins, ({ forecaster }, own, positions) => {
        const given = forecaster.forecasts(history, own);
        positions.forEach((position, at) => {
          const answer = given[at];
          if (answer) answers[position] = answer;
        });
      });
      return answers;
    },
    outsideDomain: (history, origins) => {
      const found = origins.map((): Abstention | undefined => undefined);
      ofEachFold(folds, history, origins, ({ forecaster }, own, positions) => {
        const given = forecaster.outsideDomain?.(history, own);
        positions.forEach((position, at) => (found[position] = given?.[at]));
      });
      return found;
    },
  };
}

/** Calls `use` with each fold that has origins, these, and their positions among all. */
function ofEachFold(
  folds: readonly Fold[],
  { bars }: History,
  origins: readonly number[],
  use: (fold: Fold, own: readonly number[], positions: readonly number[]) => void,
): void {
  folds.forEach((fold, index) => {
    const next = folds[index + 1]?.fittedAt ?? '9999';
    const positions = origins.flatMap((origin, position) => {
      const session = bars[origin]?.session ?? '';
      return session >= fold.fittedAt && session < next ? [position] : [];
    });
    if (positions.length === 0) return;
    use(
      fold,
      positions.map((position) => origins[position] ?? NaN),
      positions,
    );
  });
}
