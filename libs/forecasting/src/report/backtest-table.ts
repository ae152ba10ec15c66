import { type Accuracy, type Evaluation, type HorizonScores, type Scores } from '../evaluation/summarise';
import { type BacktestResult, fieldOf } from './backtest-result';
import { fixed, percent, pValue, signedPercent } from './wording';

/** A table of text: cells of `rows` are as many as `headers`. */
export interface TextTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Horizons that tables show beside the mean over all. */
export const SHOWN_HORIZONS = [1, 5, 10];

/** The scores of a backtest for a terminal: a row a forecaster, for the mean over the horizons and for h = 1, 5 and 10. */
export function backtestTable({ evaluation, subject }: BacktestResult): TextTable {
  const { naive, baseline } = evaluation;
  const rivals = rivalsIn(evaluation, subject.rivals);
  const rowOf = (at: string, { forecaster }: Scores, own: Accuracy): string[] => [
    at,
    forecaster,
    fixed(100 * own.crps, 4),
    ...[baseline.forecaster, naive.forecaster, ...rivals].flatMap((rival) => {
      const one = own.comparisons.find((comparison) => comparison.rival === rival);
      return one ? [signedPercent(one.skill), pValue(one.pDifferent)] : ['', ''];
    }),
    fixed(own.rmseToNaive, 3),
    fixed(own.maeToNaive, 3),
    percent(own.coverage50),
    percent(own.coverage80),
    percent(own.coverage90),
    fixed(100 * own.winkler90, 3),
  ];
  const field = fieldOf(evaluation);
  return {
    headers: [
      'h',
      'forecaster',
      'CRPS × 100',
      ...[baseline.forecaster, naive.forecaster, ...rivals].flatMap((rival) => [`skill over ${rival}`, 'p']),
      'RMSE to naive',
      'MAE to naive',
      '50 % covers',
      '80 % covers',
      '90 % covers',
      'Winkler 90 % × 100',
    ],
    rows: [
      ...field.map((scores) => rowOf('mean', scores, scores)),
      ...SHOWN_HORIZONS.flatMap((horizon) =>
        field.map((scores) => rowOf(String(horizon), scores, horizonOf(scores, horizon))),
      ),
    ],
  };
}

/** The named rivals that took part. */
export function rivalsIn(evaluation: Evaluation, rivals: readonly string[]): string[] {
  return rivals.filter((rival) => evaluation.scores.some(({ forecaster }) => forecaster === rival));
}

/** Scores at a horizon, 1..10. */
export function horizonOf({ horizons, forecaster }: Scores, horizon: number): HorizonScores {
  const scores = horizons[horizon - 1];
  if (!scores) throw new Error(`${forecaster} has no scores at horizon ${horizon}`);
  return scores;
}
