import { type Decision, type DecisionReason } from '@closing-bell/contracts';
import {
  backtestReport,
  backtestResult,
  CONSTANTS,
  dataTable,
  lossesByEpoch,
  markup,
  type ReportSection,
  scoringProtocol,
  unbroken,
} from '@closing-bell/forecasting';
import { type Challenge } from './challenge';
import { type GateCheck, RIVAL, ROLES } from './gate';

type Judged = Pick<Challenge, 'challenger' | 'epochs' | 'scored' | 'trainedUntil' | 'verdict'>;

/** What a page tells of. */
interface JudgementAbout {
  readonly question: { readonly symbol: string; readonly session: string; readonly trigger: string };
  readonly reasons: readonly DecisionReason[];
  readonly made: Judged;
}

const VERDICTS: Readonly<Record<Decision, string>> = {
  promoted: 'challenger promoted',
  rejected: 'challenger rejected',
  kept: 'champion kept',
  baseline: 'challenger not fit, a baseline serves',
};

/**
 * The judgement of a challenger as one HTML page with plots: the verdict with its reasons, the losses of the training, then all that a
 * backtest's report has, on the judged origins. The same judgement gives the same bytes. → undefined where the challenger was not scored.
 */
export function judgementReport({ question, reasons, made }: JudgementAbout): string | undefined {
  const { symbol, session } = question;
  const { scored, verdict } = made;
  if (!scored || scored.rows === 0 || !scored.field.some(({ forecaster }) => forecaster === 'challenger')) {
    return undefined;
  }
  const title = `${symbol}, close of ${session}`;
  const result = backtestResult(scored, {
    title,
    headline: 'challenger',
    rivals: [RIVAL],
    protocol: protocolOf(question, made),
    constants: CONSTANTS,
  });
  return backtestReport(result, {
    heading: `${title}: ${VERDICTS[verdict.decision]}`,
    lead: [verdictSection(reasons, made), ...trainingSection(made)],
  });
}

function verdictSection(reasons: readonly DecisionReason[], { verdict }: Judged): ReportSection {
  const why = reasons.map(({ code, detail }) => markup`<li><code>${code}</code> ${unbroken(detail)}</li>`);
  return {
    id: 'verdict',
    heading: 'The verdict',
    content: markup`<ul class="findings">${why}</ul>${dataTable(
      'The rules of the gate',
      'rule',
      [{ name: 'passed' }, { name: 'measured' }, { name: 'passes' }],
      ROLES.map((role) => ({
        name: role,
        rows: verdict.checks.filter(({ candidate }) => candidate === role).map(rowOf),
      })).filter(({ rows }) => rows.length > 0),
    )}`,
  };
}

function rowOf({ rule, value, limits: [least, most], passed }: GateCheck): { name: string; cells: string[] } {
  return {
    name: rule,
    cells: [passed ? 'yes' : 'no', value === null ? '–' : value.toPrecision(3), `${least} to ${most}`],
  };
}

function trainingSection({ challenger, epochs }: Judged): ReportSection[] {
  const training = challenger?.network?.preprocessing.training;
  if (!training) return [];
  return [{ id: 'training', heading: 'Training', content: lossesByEpoch(epochs, training.bestEpoch) }];
}

function protocolOf(
  { symbol, session, trigger }: JudgementAbout['question'],
  { challenger, scored, trainedUntil, verdict }: Judged,
): { name: string; text: string }[] {
  const training = challenger?.network?.preprocessing.training;
  const hasChampion = scored?.field.some(({ forecaster }) => forecaster === 'champion');
  return [
    { name: 'Decided', text: `at the close of ${session} (${trigger}), from what was known then` },
    {
      name: 'Origins',
      text: `the latest sessions of ${symbol} whose ten outcomes were known and from which everyone forecast: ${scored?.sessions.length}, from ${scored?.sessions[0]} to ${scored?.sessions.at(-1)}`,
    },
    {
      name: 'Learnt from',
      text: `sessions up to ${trainedUntil}, the tenth before the first origin, by challenger and baselines alike: nothing judged was learnt from`,
    },
    ...(training
      ? [
          {
            name: 'Within the fit',
            text: `windows of ${training.from} to ${training.to}, ${training.trainingWindows} to learn from and the latest ${training.validationWindows} to stop by; seed ${training.seed}, engine ${training.engine ?? 'unknown'}`,
          },
        ]
      : []),
    {
      name: 'challenger',
      text: `the ${challenger?.name} that was fitted; what was judged is what ${verdict.decision === 'promoted' ? 'serves' : 'would have served'}, nothing is fitted again`,
    },
    ...(hasChampion ? [{ name: 'champion', text: 'the version that served until then, as it was' }] : []),
    ...scoringProtocol('some forecasts were made again from histories cut at their origins: all equal to the bit'),
  ];
}
