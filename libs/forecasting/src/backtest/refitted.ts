import { type Abstention, type ForecastAnswer, type Forecaster } from '../forecaster';

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
  return {
    name,
    forecasts: (history, origins) => {
      const unfitted: Abstention = {
        outcome: 'abstained',
        code: 'too-short',
        detail: `${name} was not fitted before ${folds[0]?.fittedAt ?? 'any origin'}.`,
      };
      const answers = origins.map((): ForecastAnswer => unfitted);
      folds.forEach(({ fittedAt, forecaster }, index) => {
        const next = folds[index + 1]?.fittedAt ?? '9999';
        const positions = origins.flatMap((origin, position) => {
          const session = history.bars[origin]?.session ?? '';
          return session >= fittedAt && session < next ? [position] : [];
        });
        if (positions.length === 0) return;
        const own = forecaster.forecasts(
          history,
          positions.map((position) => origins[position] ?? NaN),
        );
        positions.forEach((position, at) => {
          const answer = own[at];
          if (answer) answers[position] = answer;
        });
      });
      return answers;
    },
  };
}
