import { type DecisionReason, type Reference } from '@closing-bell/contracts';
import { type Evaluation, type FittedForecaster, type Scores } from '@closing-bell/forecasting';
import { type Challenge } from './challenge';

/** What a card tells of. */
interface CardAbout {
  readonly question: {
    readonly symbol: string;
    readonly session: string;
    readonly trigger: string;
    readonly bars: Reference;
    readonly features: Reference;
    readonly featureSetHash: string;
  };
  readonly reasons: readonly DecisionReason[];
  readonly challenger: FittedForecaster;
  readonly made: Pick<Challenge, 'evaluation' | 'verdict'>;
}

/** What a model learnt from, how it fared beside the baselines, and what it is not fit for; a page of Markdown. */
export function modelCard({ question, reasons, challenger, made: { evaluation, verdict } }: CardAbout): string {
  const { symbol, session, trigger, bars, features, featureSetHash } = question;
  const network = challenger.network?.preprocessing;
  const training = network?.training;
  const lines = [
    `# ${symbol}: ${challenger.name} of ${session}`,
    '',
    `Made at the close of ${session} (${trigger}) and **${verdict.decision === 'promoted' ? 'promoted' : 'not promoted'}**. It forecasts the distribution of the log return of the next ten sessions, as quantiles.`,
    '',
    '## Why',
    '',
    ...reasons.map(({ code, detail }) => `- \`${code}\` ${detail}`),
    '',
    '## Data',
    '',
    ...table(
      ['', ''],
      [
        ['Bars', `${code(bars.uri)}, SHA-256 ${code(bars.sha256)}`],
        ['Features', `${code(features.uri)}, SHA-256 ${code(features.sha256)}`],
        ['Feature set', `SHA-256 ${code(featureSetHash)}`],
        ['Learnt from', training ? `${training.from} to ${training.to}; nothing later` : 'unknown'],
        ['Windows', training ? `${training.trainingWindows} to learn, ${training.validationWindows} to stop by` : ''],
        [
          'Judged on',
          evaluation
            ? `${evaluation.origins.length} origins, ${evaluation.origins[0]} to ${evaluation.origins.at(-1)}, none of which it learnt from`
            : 'nothing: no origin could be scored',
        ],
      ],
    ),
    '',
    '## Model',
    '',
    'The mean of the quantiles of three filtered historical simulations, whose scales are HAR (range and leverage), GJR-GARCH and an LSTM; the width follows the coverage of earlier intervals.',
    '',
    ...(training
      ? table(
          ['option of the LSTM', 'value'],
          [
            ...Object.entries(training.options).map(([name, value]) => [name, String(value)]),
            ['seed', String(training.seed)],
            ['epochs', `${training.epochs} run, those of epoch ${training.bestEpoch} kept`],
            ['validation loss', training.validationLoss.toPrecision(5)],
            ['engine', training.engine ?? 'unknown'],
          ],
        )
      : []),
    '',
    '## Features',
    '',
    (network?.features ?? []).map(({ name }) => code(name)).join(', '),
    '',
    ...(evaluation ? scoreSections(evaluation) : []),
    '## The gate',
    '',
    ...table(
      ['candidate', 'rule', 'measured', 'passes', 'passed'],
      verdict.checks.map(({ candidate, rule, value, limits: [least, most], passed }) => [
        candidate,
        rule,
        value === null ? '–' : value.toPrecision(3),
        `${least} to ${most}`,
        passed ? 'yes' : 'no',
      ]),
    ),
    '',
    '## Limits',
    '',
    '- It knows bars of this symbol alone: no news, no other market, no calendar of announcements.',
    '- It does not know the direction better than “always up”; its use is how wide the intervals should be.',
    '- Intervals are too narrow at the start of a crash and catch up within weeks.',
    '- Beyond ten sessions it says nothing. Where bars are stale or features lie outside what it learnt from, it abstains.',
    '- The judged span is one year: what was measured in it may not hold in another kind of market.',
    '',
  ];
  return lines.join('\n');
}

function scoreSections({ naive, baseline, scores }: Evaluation): string[] {
  const all = [naive, baseline, ...scores];
  const own = scores.find(({ forecaster }) => forecaster === 'challenger');
  return [
    '## Scores beside the baselines',
    '',
    `Mean over the horizons; skill is 1 − CRPS ÷ that of ${baseline.forecaster}, p one-sided that it beats it. \`challenger\` is this model.`,
    '',
    ...table(
      ['forecaster', 'CRPS × 100', 'skill', 'p', 'MAE to naive', 'RMSE to naive', '50 % held', '90 % held'],
      all.map((one) => [
        one.forecaster,
        (100 * one.crps).toFixed(4),
        percent(one.skillOverBaseline),
        pAgainst(one, baseline.forecaster),
        one.maeToNaive.toFixed(3),
        one.rmseToNaive.toFixed(3),
        percent(one.coverage50),
        percent(one.coverage90),
      ]),
    ),
    '',
    '## This model by horizon',
    '',
    ...table(
      ['sessions ahead', 'CRPS × 100', 'skill', 'MAE to naive', '50 % held', '90 % held'],
      (own?.horizons ?? []).map((one) => [
        String(one.horizon),
        (100 * one.crps).toFixed(4),
        percent(one.skillOverBaseline),
        one.maeToNaive.toFixed(3),
        percent(one.coverage50),
        percent(one.coverage90),
      ]),
    ),
    '',
  ];
}

function pAgainst({ comparisons }: Scores, rival: string): string {
  const p = comparisons.find((one) => one.rival === rival)?.pBetter;
  return typeof p === 'number' ? p.toFixed(3) : '–';
}

function table(headers: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map(() => '---')), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text}\``;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
