import { type Decision } from '@closing-bell/contracts';
import { HORIZONS } from '../horizons';
import { type Evaluation, type Scores } from './summarise';

/** The latest origins that models are judged on: half a year of sessions. */
const JUDGED_ORIGINS = 126;

/** Sessions between the last one that a challenger is trained on and the first judged origin. */
const JUDGEMENT_EMBARGO = 10;

/**
 * How much larger than naive persistence's a model's mean absolute error may be, as a share of it, and still tie with it.
 * Half a year of origins cannot tell smaller differences from chance.
 */
const POINT_ERROR_MARGIN = 0.02;

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

/** One reason of a verdict: a stable code and a sentence with the numbers. */
interface VerdictReason {
  readonly code:
    | 'no-scored-origins'
    | 'no-candidate'
    | 'beats-baseline'
    | 'loses-to-baseline'
    | 'ties-naive'
    | 'loses-to-naive'
    | 'unopposed'
    | 'champion-unfit'
    | 'not-worse-than-champion'
    | 'worse-than-champion';
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
}

/** The candidates' scores on the same recent origins, beside the baselines'. */
export interface Candidates {
  /** undefined where no origin could be scored. */
  readonly evaluation: Pick<Evaluation, 'origins' | 'baseline'> | undefined;
  readonly challenger?: Scores | undefined;
  readonly champion?: Scores | undefined;
}

/**
 * Decides what to serve. A candidate is fit if its CRPS is at most the served baseline's and its mean absolute error at most
 * naive persistence's plus POINT_ERROR_MARGIN. A fit challenger takes the place of a champion that is missing, unfit or not
 * better than it by CRPS; a champion that is not fit is not served.
 */
export function judge({ evaluation, challenger, champion }: Candidates): Verdict {
  if (evaluation === undefined) {
    return baseline([
      {
        code: 'no-scored-origins',
        detail: 'There is no recent origin from which every candidate could forecast and whose ten outcomes are known.',
      },
    ]);
  }
  if (challenger === undefined && champion === undefined) {
    return baseline([{ code: 'no-candidate', detail: 'There is neither a champion nor a challenger.' }]);
  }
  const { origins, baseline: reference } = evaluation;
  const championReasons = champion ? fitness('champion', champion, reference, origins.length) : [];
  const championFit = champion !== undefined && isFit(champion);
  if (challenger === undefined) {
    return { decision: championFit ? 'kept' : 'baseline', reasons: championReasons };
  }

  const reasons = [...fitness('challenger', challenger, reference, origins.length), ...championReasons];
  if (!isFit(challenger)) return { decision: championFit ? 'rejected' : 'baseline', reasons };
  if (champion === undefined) {
    const detail = 'There is no champion to compare it with.';
    return { decision: 'promoted', reasons: [...reasons, { code: 'unopposed', detail }] };
  }
  if (!championFit) {
    const detail = 'The champion is not fit to serve.';
    return { decision: 'promoted', reasons: [...reasons, { code: 'champion-unfit', detail }] };
  }
  const numbers = `CRPS ${number(challenger.crps)} against the champion's ${number(champion.crps)} over ${origins.length} origins`;
  return challenger.crps <= champion.crps
    ? {
        decision: 'promoted',
        reasons: [...reasons, { code: 'not-worse-than-champion', detail: `The challenger is not worse: ${numbers}.` }],
      }
    : {
        decision: 'rejected',
        reasons: [...reasons, { code: 'worse-than-champion', detail: `The challenger is worse: ${numbers}.` }],
      };
}

function baseline(reasons: readonly VerdictReason[]): Verdict {
  return { decision: 'baseline', reasons };
}

const beatsBaseline = (scores: Scores): boolean => scores.skillOverBaseline >= 0;
const tiesNaive = (scores: Scores): boolean => scores.maeToNaive <= 1 + POINT_ERROR_MARGIN;
const isFit = (scores: Scores): boolean => beatsBaseline(scores) && tiesNaive(scores);

function fitness(role: string, scores: Scores, reference: Scores, origins: number): VerdictReason[] {
  const skill = `CRPS ${number(scores.crps)} against ${number(reference.crps)} of ${reference.forecaster}, skill ${percent(scores.skillOverBaseline)} over ${origins} origins`;
  const error = `its mean absolute error is ${scores.maeToNaive.toFixed(3)} of naive persistence's, and up to ${(1 + POINT_ERROR_MARGIN).toFixed(3)} is a tie`;
  return [
    beatsBaseline(scores)
      ? { code: 'beats-baseline', detail: `The ${role} is at least as good as the baseline: ${skill}.` }
      : { code: 'loses-to-baseline', detail: `The ${role} loses to the baseline: ${skill}.` },
    tiesNaive(scores)
      ? { code: 'ties-naive', detail: `The ${role} does not lose to naive: ${error}.` }
      : { code: 'loses-to-naive', detail: `The ${role} loses to naive: ${error}.` },
  ];
}

function number(value: number): string {
  return value.toPrecision(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
