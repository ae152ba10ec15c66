import { type Decision } from '@closing-bell/contracts';
import { BASELINES, type BaselineName, type Evaluation, HORIZONS, type Scores } from '@closing-bell/forecasting';

/** The latest origins that models are judged on: a year of sessions. */
const JUDGED_ORIGINS = 252;

/** Sessions between the last one that a challenger is trained on and the first judged origin. */
const JUDGEMENT_EMBARGO = 10;

/** Chance of a difference this large between equals, one-sided, below which it counts as one. */
const SIGNIFICANCE = 0.05;

/** Mean coverage of the 90 % intervals over the horizons. */
const COVERAGE_BAND = [0.84, 0.96] as const;

/**
 * How much larger than naive persistence's a model's mean absolute error may be, as a share of it, and still tie with it.
 * A year of origins cannot tell smaller differences from chance.
 */
const POINT_ERROR_MARGIN = 0.02;

/** The forecaster that a model may not be worse than: it needs no network. */
export const RIVAL: BaselineName = 'har-fhs';

/** Where a challenger's training ends and where it is judged, as indices of bars. */
export interface Judgement {
  /** The last bar that the challenger may be trained on; below 0 where the history is too short for any. */
  readonly trainingEnd: number;
  /** Origins to be judged on, all with ten realised outcomes; at most JUDGED_ORIGINS. */
  readonly origins: readonly number[];
}

/**
 * Lays out a judgement at the end of a history of `bars` bars: the model that is judged on the last realised origins never
 * saw them nor anything later, so that it can be served as it is.
 */
export function layOutJudgement(bars: number): Judgement {
  const lastOrigin = bars - 1 - HORIZONS;
  const firstOrigin = Math.max(0, lastOrigin - JUDGED_ORIGINS + 1);
  return {
    trainingEnd: firstOrigin - JUDGEMENT_EMBARGO,
    origins: Array.from({ length: Math.max(0, lastOrigin - firstOrigin + 1) }, (_, index) => firstOrigin + index),
  };
}

/** Names under which candidates take part in a judgement. */
export const ROLES = ['challenger', 'champion'] as const;
export type Role = (typeof ROLES)[number];

/** One rule applied to one candidate. */
export interface GateCheck {
  readonly candidate: Role;
  readonly rule: 'beats-baseline' | 'not-worse-than-har' | 'coverage-in-band' | 'ties-naive';
  readonly passed: boolean;
  /** What was measured: a p, a coverage or a ratio; null where there were too few origins to say. */
  readonly value: number | null;
  /** Least and most that pass. */
  readonly limits: readonly [number, number];
  /** A sentence with the numbers. */
  readonly detail: string;
}

/** One reason of a verdict: a stable code and a sentence with the numbers. */
interface VerdictReason {
  readonly code:
    | 'no-scored-origins'
    | 'no-candidate'
    | 'beats-baseline'
    | 'loses-to-baseline'
    | 'not-worse-than-har'
    | 'worse-than-har'
    | 'coverage-in-band'
    | 'coverage-out-of-band'
    | 'ties-naive'
    | 'loses-to-naive'
    | 'unopposed'
    | 'champion-unfit'
    | 'not-worse-than-champion'
    | 'worse-than-champion'
    | 'best-baseline';
  readonly detail: string;
}

/** What becomes of the candidates, and why. */
export interface Verdict {
  /**
   * promoted: serve the challenger. rejected: the challenger lost, serve the champion. kept: there was no challenger, serve
   * the champion. baseline: no candidate is fit to serve.
   */
  readonly decision: Decision;
  readonly reasons: readonly VerdictReason[];
  readonly checks: readonly GateCheck[];
  /** The baseline with the lowest CRPS on the same origins. */
  readonly bestBaseline: BaselineName;
}

/**
 * Decides what to serve. A candidate is fit if its CRPS is significantly below the reference baseline's, not significantly above
 * that of HAR, its 90 % intervals hold 84–96 % and its mean absolute error ties with naive persistence's. A fit challenger takes
 * the place of a champion that is missing, unfit or not better than it by CRPS; a champion that is not fit is not served. With
 * no fit candidate the best baseline serves.
 * evaluation: scores of `challenger`, `champion` and the baselines, as far as each took part, with {@link RIVAL} as a rival;
 * undefined where no origin could be scored.
 */
export function judge(evaluation: Pick<Evaluation, 'origins' | 'baseline' | 'scores'> | undefined): Verdict {
  if (evaluation === undefined) {
    const detail =
      'There is no recent origin from which every candidate could forecast and whose ten outcomes are known.';
    return {
      decision: 'baseline',
      reasons: [{ code: 'no-scored-origins', detail }],
      checks: [],
      bestBaseline: BASELINES[0],
    };
  }
  const origins = evaluation.origins.length;
  const [challenger, champion] = ROLES.map((role) => evaluation.scores.find(({ forecaster }) => forecaster === role));
  const best = bestBaselineOf(evaluation);
  const challengerChecks = challenger ? checksOf('challenger', challenger, evaluation.baseline, origins) : [];
  const championChecks = champion ? checksOf('champion', champion, evaluation.baseline, origins) : [];
  const fit = (checks: readonly GateCheck[]): boolean => checks.length > 0 && checks.every(({ passed }) => passed);
  const checks = [...challengerChecks, ...championChecks];
  const verdict = (decision: Decision, ...further: VerdictReason[]): Verdict => ({
    decision,
    reasons: [...checks.map(reasonOf), ...further],
    checks,
    bestBaseline: best.name,
  });
  const baseline: VerdictReason = {
    code: 'best-baseline',
    detail: `${best.name} has the lowest CRPS of the baselines, ${number(best.crps)} over ${origins} origins.`,
  };
  if (challenger === undefined && champion === undefined) {
    const detail = 'There is neither a champion nor a challenger.';
    return verdict('baseline', { code: 'no-candidate', detail }, baseline);
  }
  if (!fit(challengerChecks)) {
    if (!fit(championChecks)) return verdict('baseline', baseline);
    return verdict(challenger ? 'rejected' : 'kept');
  }
  if (challenger === undefined || champion === undefined) {
    return verdict('promoted', { code: 'unopposed', detail: 'There is no champion to compare it with.' });
  }
  if (!fit(championChecks)) {
    return verdict('promoted', { code: 'champion-unfit', detail: 'The champion is not fit to serve.' });
  }
  const numbers = `CRPS ${number(challenger.crps)} against the champion's ${number(champion.crps)} over ${origins} origins`;
  return challenger.crps <= champion.crps
    ? verdict('promoted', { code: 'not-worse-than-champion', detail: `The challenger is not worse: ${numbers}.` })
    : verdict('rejected', { code: 'worse-than-champion', detail: `The challenger is worse: ${numbers}.` });
}

/** The baseline with the lowest CRPS; the simplest of equals. */
function bestBaselineOf({ baseline, scores }: Pick<Evaluation, 'baseline' | 'scores'>): {
  readonly name: BaselineName;
  readonly crps: number;
} {
  return BASELINES.flatMap((name) => {
    const one = [baseline, ...scores].find(({ forecaster }) => forecaster === name);
    return one ? [{ name, crps: one.crps }] : [];
  }).reduce((best, one) => (one.crps < best.crps ? one : best));
}

function checksOf(candidate: Role, scores: Scores, reference: Scores, origins: number): GateCheck[] {
  const pAgainst = (name: string): number | null | undefined =>
    scores.comparisons.find(({ rival }) => rival === name)?.pBetter;
  const pBetter = pAgainst(reference.forecaster) ?? null;
  const pRival = pAgainst(RIVAL);
  const pWorse = typeof pRival === 'number' ? 1 - pRival : null;
  const [least, most] = COVERAGE_BAND;
  const beats = pBetter !== null && pBetter < SIGNIFICANCE;
  const worse = pWorse !== null && pWorse < SIGNIFICANCE;
  const covers = scores.coverage90 >= least && scores.coverage90 <= most;
  const ties = scores.maeToNaive <= 1 + POINT_ERROR_MARGIN;
  const rivalSkill = scores.comparisons.find(({ rival }) => rival === RIVAL)?.skill ?? NaN;
  return [
    {
      candidate,
      rule: 'beats-baseline',
      passed: beats,
      value: pBetter,
      limits: [0, SIGNIFICANCE],
      detail: `The ${candidate} ${beats ? 'beats' : 'does not beat'} the baseline: CRPS ${number(scores.crps)} against ${number(reference.crps)} of ${reference.forecaster}, skill ${percent(scores.skillOverBaseline)}, one-sided p ${pValue(pBetter)} over ${origins} origins.`,
    },
    // Where HAR could not be fitted there is nothing to be worse than.
    ...(pRival === undefined
      ? []
      : [
          {
            candidate,
            rule: 'not-worse-than-har' as const,
            passed: !worse,
            value: pWorse,
            limits: [SIGNIFICANCE, 1] as const,
            detail: `The ${candidate} is ${worse ? '' : 'not '}worse than ${RIVAL}: skill over it ${percent(rivalSkill)}, one-sided p of being worse ${pValue(pWorse)}.`,
          },
        ]),
    {
      candidate,
      rule: 'coverage-in-band',
      passed: covers,
      value: scores.coverage90,
      limits: COVERAGE_BAND,
      detail: `The ${candidate}'s 90 % intervals held ${percent(scores.coverage90)} of the outcomes, where ${percent(least)} to ${percent(most)} will do.`,
    },
    {
      candidate,
      rule: 'ties-naive',
      passed: ties,
      value: scores.maeToNaive,
      limits: [0, 1 + POINT_ERROR_MARGIN],
      detail: `The ${candidate} ${ties ? 'does not lose' : 'loses'} to naive: its mean absolute error is ${scores.maeToNaive.toFixed(3)} of naive persistence's, and up to ${(1 + POINT_ERROR_MARGIN).toFixed(3)} is a tie.`,
    },
  ];
}

const FAILED: Readonly<Record<GateCheck['rule'], VerdictReason['code']>> = {
  'beats-baseline': 'loses-to-baseline',
  'not-worse-than-har': 'worse-than-har',
  'coverage-in-band': 'coverage-out-of-band',
  'ties-naive': 'loses-to-naive',
};

function reasonOf({ rule, passed, detail }: GateCheck): VerdictReason {
  return { code: passed ? rule : FAILED[rule], detail };
}

function number(value: number): string {
  return value.toPrecision(4);
}

function pValue(p: number | null): string {
  if (p === null) return 'unknown with so few';
  return p < 0.001 ? 'below .001' : p.toFixed(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
