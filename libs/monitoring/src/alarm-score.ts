/** Rules that alarm: of the data, and of how forecasts fared. */
export type AlarmRule = 'calibrated' | 'performance';

/** One thing that is watched, and whether it alarms. */
export interface AlarmScore {
  /** A feature, or what of the forecasts is judged. */
  readonly column: string;
  readonly test: string;
  readonly rule: AlarmRule;
  readonly score: number;
  /** Above it the score is an alarm. */
  readonly threshold: number;
  readonly alarmed: boolean;
}

/** The scores that alarm, as a message tells them. */
export function alarmsOf(scores: readonly AlarmScore[]): Omit<AlarmScore, 'alarmed'>[] {
  return scores
    .filter(({ alarmed }) => alarmed)
    .map(({ column, test, rule, score, threshold }) => ({ column, test, rule, score, threshold }));
}
