import { type Comparison, type HorizonScores, type Scores } from '../evaluation/summarise';
import { type BacktestResult, fieldOf } from './backtest-result';
import { fixed, listOf, percent, pValue, signedPercent, type Verdict, verdictOf } from './wording';

/** What a backtest says, in sentences made of its numbers. A difference that may be chance (two-sided p ≥ 0.05) is a tie. */
export function findings(result: BacktestResult): string[] {
  const { evaluation, subject } = result;
  const headline = fieldOf(evaluation).find(({ forecaster }) => forecaster === subject.headline) ?? evaluation.baseline;
  return [
    scope(result),
    ...headline.comparisons.map((comparison) => comparisonSentence(headline, comparison)),
    ...pointSentences(headline, evaluation.naive.forecaster),
    directionSentence(headline),
    coverageSentence(headline),
    ...windowSentences(result),
    ...yearSentences(result),
    ...symbolSentences(result),
    ...seedSentences(result),
    ...othersSentences(result),
  ].filter((sentence) => sentence !== '');
}

function scope({ evaluation, bySymbol }: BacktestResult): string {
  const { origins, forecasts, asked, abstentions } = evaluation;
  const panel = bySymbol.length > 1 ? ` of ${bySymbol.length} symbols` : '';
  const left = asked - forecasts;
  const abstained = abstentions.map(
    ({ forecaster, codes }) =>
      `${forecaster} abstained ${listOf(Object.entries(codes).map(([code, count]) => `${count} times (${code})`))}`,
  );
  const missing = left === 0 ? '' : ` ${left} more origins were left out for all: ${abstained.join('; ')}.`;
  return `Every forecaster was scored on the same ${forecasts} origins${panel} from ${origins[0]} to ${origins.at(-1)}, ten sessions ahead.${missing}`;
}

function comparisonSentence(headline: Scores, { rival, skill, pDifferent }: Comparison): string {
  const verdict = verdictOf(skill > 0, pDifferent);
  const start = `Over all horizons ${headline.forecaster} ${verb(verdict)} ${rival}: its CRPS is ${percent(Math.abs(skill))} ${skill >= 0 ? 'lower' : 'higher'}${tested(pDifferent)}.`;
  const byHorizon = groupHorizons(headline.horizons, (horizon) => {
    const one = horizon.comparisons.find((comparison) => comparison.rival === rival);
    return one ? verdictOf(one.skill > 0, one.pDifferent) : 'untested';
  });
  return `${start}${byHorizon}`;
}

function verb(verdict: Verdict): string {
  return {
    wins: 'wins against',
    ties: 'ties with',
    loses: 'loses to',
    untested: 'cannot be told apart by a test from',
  }[verdict];
}

function tested(p: number | null): string {
  return p === null ? ', and there are too few sessions to test it' : ` (p ${p < 0.001 ? '' : '= '}${pValue(p)})`;
}

/** " It wins at h = 1, 2 and ties at the others.": nothing where nothing was tested. */
function groupHorizons(horizons: readonly HorizonScores[], verdictAt: (horizon: HorizonScores) => Verdict): string {
  const verdicts = horizons.map((horizon) => ({ horizon: horizon.horizon, verdict: verdictAt(horizon) }));
  const parts = (['wins', 'ties', 'loses'] as const).flatMap((verdict) => {
    const at = verdicts.filter((one) => one.verdict === verdict).map(({ horizon }) => horizon);
    if (at.length === 0) return [];
    return [at.length === horizons.length ? `${verdict} at every horizon` : `${verdict} at h = ${listOf(at)}`];
  });
  return parts.length === 0 ? '' : ` Horizon by horizon it ${listOf(parts)}.`;
}

function pointSentences(headline: Scores, naive: string): string[] {
  if (headline.forecaster === naive) return [];
  const sentence = (
    error: string,
    ratio: number,
    ratioAt: (horizon: HorizonScores) => number,
    pAt: (horizon: HorizonScores) => number | null,
  ): string =>
    `Its median's ${error} is ${fixed(ratio, 3)} times that of ${naive} persistence in the mean over the horizons.${groupHorizons(headline.horizons, (horizon) => verdictOf(ratioAt(horizon) < 1, pAt(horizon)))}`;
  return [
    sentence(
      'root mean squared error',
      headline.rmseToNaive,
      (one) => one.rmseToNaive,
      (one) => one.pSquaredErrorToNaive,
    ),
    sentence(
      'mean absolute error',
      headline.maeToNaive,
      (one) => one.maeToNaive,
      (one) => one.pAbsoluteErrorToNaive,
    ),
  ];
}

function directionSentence({ horizons }: Scores): string {
  const parts = [1, 5, 10].flatMap((number) => {
    const { hit = null, alwaysUp = null } = horizons[number - 1]?.direction ?? {};
    return hit === null || alwaysUp === null
      ? []
      : [`${percent(hit)} of the moves at h = ${number}, where “always up” calls ${percent(alwaysUp)}`];
  });
  if (parts.length === 0) return 'It names no direction: its median is the last close.';
  const skilled = horizons
    .filter(
      ({ direction }) => verdictOf((direction.hit ?? 0) > (direction.alwaysUp ?? 0), direction.pDifferent) === 'wins',
    )
    .map(({ horizon }) => horizon);
  const verdict =
    skilled.length === 0
      ? 'That is no directional skill'
      : `The difference is more than chance at h = ${listOf(skilled)}`;
  return `The side of its median is right for ${listOf(parts)}. ${verdict}.`;
}

function coverageSentence({ horizons }: Scores): string {
  const covered = horizons.map(({ coverage90 }) => coverage90);
  const worst = horizons.reduce((farthest, one) =>
    Math.abs(one.coverage90 - 0.9) > Math.abs(farthest.coverage90 - 0.9) ? one : farthest,
  );
  return `Its 90 % intervals covered ${percent(horizons[0]?.coverage90 ?? null)} of the outcomes at h = 1 and between ${percent(Math.min(...covered))} and ${percent(Math.max(...covered))} over the horizons; the farthest from 90 % is h = ${worst.horizon}.`;
}

function windowSentences({ window, subject }: BacktestResult): string[] {
  const scores = window?.scores.find(({ forecaster }) => forecaster === subject.headline);
  if (!window || !scores) return [];
  const coverage = (horizon: number): string => percent(scores.horizons[horizon - 1]?.coverage90 ?? null);
  return [
    `In the ${window.name} (${window.sessions} origins from ${window.from} to ${window.to}) its 90 % intervals covered ${coverage(1)} at h = 1, ${coverage(5)} at h = 5 and ${coverage(10)} at h = 10; its skill over the reference baseline was ${signedPercent(scores.skillOverBaseline)}.`,
  ];
}

function yearSentences({ years, subject, evaluation }: BacktestResult): string[] {
  if (years.length < 2 || subject.headline === evaluation.baseline.forecaster) return [];
  const skills = years.map(({ name, scores }) => ({
    name,
    skill: scores.find(({ forecaster }) => forecaster === subject.headline)?.skillOverBaseline ?? 0,
  }));
  const negative = skills
    .filter(({ skill }) => skill < 0)
    .map(({ name, skill }) => `${name} (${signedPercent(skill)})`);
  return [
    negative.length === 0
      ? `Its skill over ${evaluation.baseline.forecaster} was positive in each of ${years.length} years.`
      : `Its skill over ${evaluation.baseline.forecaster} was negative in ${listOf(negative)}, of ${years.length} years.`,
  ];
}

function symbolSentences({ bySymbol, subject, evaluation }: BacktestResult): string[] {
  if (bySymbol.length < 2) return [];
  const positive = bySymbol.filter(
    ({ scores }) => (scores.find(({ forecaster }) => forecaster === subject.headline)?.skillOverBaseline ?? 0) > 0,
  ).length;
  return [
    `It beat ${evaluation.baseline.forecaster} on ${positive} of ${bySymbol.length} symbols (${percent(positive / bySymbol.length, 0)}).`,
  ];
}

function seedSentences({ seeds }: BacktestResult): string[] {
  return seeds.map(
    ({ method, seeds: count, skillOverBaseline: { min, mean, max, deviation } }) =>
      `Over ${count} seeds ${method} has a skill of ${signedPercent(mean)} over the reference baseline, from ${signedPercent(min)} to ${signedPercent(max)} (standard deviation ${fixed(100 * deviation, 2)} points).`,
  );
}

function othersSentences({ evaluation, subject }: BacktestResult): string[] {
  const field = fieldOf(evaluation);
  const best = field.reduce((lowest, one) => (one.crps < lowest.crps ? one : lowest));
  const lead =
    best.forecaster === subject.headline
      ? `No other forecaster here has a lower CRPS than ${best.forecaster}.`
      : `The lowest CRPS here is that of ${best.forecaster}, ${signedPercent(best.skillOverBaseline)} over the reference baseline.`;
  const losing = field
    .filter(({ comparisons }) => {
      const one = comparisons.find(({ rival }) => rival === evaluation.baseline.forecaster);
      return one !== undefined && verdictOf(one.skill > 0, one.pDifferent) === 'loses';
    })
    .map(({ forecaster, skillOverBaseline }) => `${forecaster} (${signedPercent(skillOverBaseline)})`);
  return [
    lead,
    losing.length === 0 ? '' : `Significantly worse than ${evaluation.baseline.forecaster} by CRPS: ${listOf(losing)}.`,
  ];
}
