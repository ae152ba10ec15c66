import { type Accuracy, type HorizonScores, type Scores } from '../evaluation/summarise';
import {
  coverageByHorizon,
  coverageOverTime,
  fanCharts,
  pitHistograms,
  skillByHorizon,
  skillBySymbol,
  skillByYear,
} from './backtest-charts';
import { type BacktestResult, fieldOf } from './backtest-result';
import { horizonOf, rivalsIn, SHOWN_HORIZONS } from './backtest-table';
import { findings } from './findings';
import { type Markup, markup } from './markup';
import { reportPage, type ReportSection, section } from './page';
import { dataTable, type RowGroup, textTable } from './tables';
import { fixed, NOTHING, percent, pValue, signedPercent, unbroken } from './wording';

/** What a page tells of its own beside what every backtest has. */
interface ReportFrame {
  readonly heading: string;
  /** Goes before all else. */
  readonly lead: readonly ReportSection[];
}

/**
 * A backtest as one HTML page that needs nothing else: no script and nothing from outside. Light and dark follow the
 * reader's system. The same result gives the same bytes.
 */
export function backtestReport(
  result: BacktestResult,
  { heading, lead }: ReportFrame = { heading: `Backtest: ${result.subject.title}`, lead: [] },
): string {
  const { evaluation, subject, bySymbol, years, window, seeds } = result;
  const { origins, forecasts } = evaluation;
  const intro = markup`${forecasts} forecast origins from ${origins[0] ?? ''} to ${origins.at(-1) ?? ''}, ten sessions ahead. The report is about ${subject.headline}; ${evaluation.naive.forecaster} is “tomorrow = today”, ${evaluation.baseline.forecaster} the quantiles of the last year.`;
  return reportPage(
    heading,
    intro,
    markup`${lead.map((one) => section(one.id, one.heading, one.content))}${section('findings', 'What this says', markup`<ul class="findings">${findings(result).map((sentence) => markup`<li>${unbroken(sentence)}</li>`)}</ul>`)}
${section('scores', 'Distribution', distributionTable(result, evaluation.naive, evaluation.baseline, fieldOf(evaluation)))}
${section('points', 'Point and direction', pointTable(result))}
${section('horizons', 'By horizon', markup`<div class="plots">${skillByHorizon(result)}${coverageByHorizon(result)}</div>${horizonTable(result)}`)}
${section('coverage', 'Coverage over time', coverageOverTime(result))}
${window ? section('window', `The ${window.name}: ${window.sessions} origins from ${window.from} to ${window.to}`, windowTable(result, window.scores)) : ''}
${section('calibration', 'Calibration', markup`<div class="plots">${pitHistograms(result)}</div>`)}
${section('fans', 'Forecasts beside what happened', markup`<p class="muted">Line: closes, dots: what happened after the origin. Coloured: median, 50 % and 90 % interval of ${subject.headline}.</p><div class="plots">${fanCharts(result)}</div>`)}
${section('years', 'By year', markup`${years.length > 1 ? skillByYear(result) : ''}${yearTable(result)}`)}
${bySymbol.length > 1 ? section('symbols', 'By symbol', skillBySymbol(result)) : ''}
${seeds.length > 0 ? section('seeds', 'Seeds', seedTable(result)) : ''}
${section('abstentions', 'Abstentions', abstentionTable(result))}
${section(
  'protocol',
  'Protocol',
  textTable(
    'How it was done',
    ['what', 'how'],
    subject.protocol.map(({ name, text }) => [name, text]),
  ),
)}
${section(
  'constants',
  'Constants',
  textTable(
    'Every constant, and the data that it was chosen on',
    ['constant', 'value', 'chosen on'],
    subject.constants.map(({ name, value, chosenOn }) => [name, value, chosenOn]),
  ),
)}
`,
  );
}

const groupName = (horizon: number): string => `h = ${horizon}`;

/** Scores of the distributions, the two baselines' numbers beside each. */
function distributionTable(
  { subject, evaluation }: BacktestResult,
  naive: Scores,
  baseline: Scores,
  field: readonly Scores[],
): Markup {
  const rivals = [baseline.forecaster, naive.forecaster, ...rivalsIn(evaluation, subject.rivals)];
  const cells = (own: Accuracy, ofNaive: Accuracy, ofBaseline: Accuracy): string[] => [
    fixed(100 * own.crps, 4),
    fixed(100 * ofBaseline.crps, 4),
    fixed(100 * ofNaive.crps, 4),
    ...rivals.flatMap((rival) => {
      const one = own.comparisons.find((comparison) => comparison.rival === rival);
      return one ? [signedPercent(one.skill), pValue(one.pDifferent)] : [NOTHING, NOTHING];
    }),
    percent(own.coverage50),
    percent(ofBaseline.coverage50),
    percent(own.coverage80),
    percent(ofBaseline.coverage80),
    percent(own.coverage90),
    percent(ofBaseline.coverage90),
    fixed(100 * own.winkler90, 3),
    fixed(100 * ofBaseline.winkler90, 3),
    fixed(100 * ofNaive.winkler90, 3),
  ];
  const group = (name: string, at: (scores: Scores) => Accuracy): RowGroup => ({
    name,
    rows: field.map((scores) => ({
      name: scores.forecaster,
      cells: cells(at(scores), at(naive), at(baseline)),
      emphasised: scores.forecaster === subject.headline,
    })),
  });
  const withBaseline = ['own', baseline.forecaster];
  return dataTable(
    'CRPS and Winkler score × 100 of log returns, lower is better; coverage of the central intervals; p is two-sided, by Diebold and Mariano, clustered by session',
    'forecaster',
    [
      { name: 'CRPS', columns: ['own', baseline.forecaster, naive.forecaster] },
      ...rivals.map((rival) => ({ name: `skill over ${rival}`, columns: ['skill', 'p'] })),
      { name: '50 % interval covers', columns: withBaseline },
      { name: '80 % interval covers', columns: withBaseline },
      { name: '90 % interval covers', columns: withBaseline },
      { name: 'Winkler score, 90 %', columns: ['own', baseline.forecaster, naive.forecaster] },
    ],
    [
      group('mean over h = 1 to 10', (scores) => scores),
      ...SHOWN_HORIZONS.map((horizon) => group(groupName(horizon), (scores) => horizonOf(scores, horizon))),
    ],
  );
}

/** Errors of the median and its direction, beside persistence and "always up". */
function pointTable({ evaluation, subject }: BacktestResult): Markup {
  const { naive } = evaluation;
  const group = (horizon: number): RowGroup => {
    const reference = horizonOf(naive, horizon);
    return {
      name: groupName(horizon),
      rows: fieldOf(evaluation).map((scores) => {
        const own = horizonOf(scores, horizon);
        return {
          name: scores.forecaster,
          emphasised: scores.forecaster === subject.headline,
          cells: [
            ...pointCells(own.rmse, reference.rmse, own.rmseToNaive, own.pSquaredErrorToNaive),
            ...pointCells(own.mae, reference.mae, own.maeToNaive, own.pAbsoluteErrorToNaive),
            percent(own.mape, 3),
            percent(reference.mape, 3),
            percent(own.direction.hit),
            percent(own.direction.alwaysUp),
            pValue(own.direction.pDifferent),
          ],
        };
      }),
    };
  };
  const columns = ['own', naive.forecaster, 'ratio', 'p'];
  return dataTable(
    'Errors of the median in the prices’ currency; share of moves whose side the median named, and what “always up” names on the same origins',
    'forecaster',
    [
      { name: 'root mean squared error', columns },
      { name: 'mean absolute error', columns },
      { name: 'mean absolute percentage error', columns: columns.slice(0, 2) },
      { name: 'direction', columns: ['own', 'always up', 'p'] },
    ],
    SHOWN_HORIZONS.map(group),
  );
}

function pointCells(own: number, reference: number, ratio: number, p: number | null): string[] {
  return [fixed(own, 3), fixed(reference, 3), fixed(ratio, 3), pValue(p)];
}

/** The headline at every horizon, beside the baselines. */
function horizonTable({ evaluation, subject }: BacktestResult): Markup {
  const { naive, baseline } = evaluation;
  const headline = fieldOf(evaluation).find(({ forecaster }) => forecaster === subject.headline) ?? baseline;
  const pAgainst = (own: HorizonScores, rival: string): string =>
    pValue(own.comparisons.find((comparison) => comparison.rival === rival)?.pDifferent ?? null);
  return dataTable(
    `${headline.forecaster} at every horizon`,
    'h',
    [
      { name: 'CRPS × 100', columns: ['own', baseline.forecaster, naive.forecaster] },
      { name: `skill over ${baseline.forecaster}`, columns: ['skill', 'p'] },
      { name: `skill over ${naive.forecaster}`, columns: ['skill', 'p'] },
      { name: `error ÷ that of ${naive.forecaster}`, columns: ['RMSE', 'p', 'MAE', 'p'] },
      { name: '90 % interval covers', columns: ['own', baseline.forecaster] },
    ],
    [
      {
        rows: headline.horizons.map((own) => ({
          name: String(own.horizon),
          cells: [
            fixed(100 * own.crps, 4),
            fixed(100 * horizonOf(baseline, own.horizon).crps, 4),
            fixed(100 * horizonOf(naive, own.horizon).crps, 4),
            signedPercent(own.skillOverBaseline),
            pAgainst(own, baseline.forecaster),
            signedPercent(own.skillOverNaive),
            pAgainst(own, naive.forecaster),
            fixed(own.rmseToNaive, 3),
            pValue(own.pSquaredErrorToNaive),
            fixed(own.maeToNaive, 3),
            pValue(own.pAbsoluteErrorToNaive),
            percent(own.coverage90),
            percent(horizonOf(baseline, own.horizon).coverage90),
          ],
        })),
      },
    ],
  );
}

function windowTable(result: BacktestResult, field: readonly Scores[]): Markup {
  const [naive, baseline] = field;
  return naive && baseline ? distributionTable(result, naive, baseline, field) : markup``;
}

function yearTable({ years, evaluation, subject }: BacktestResult): Markup {
  return dataTable(
    `Skill over ${evaluation.baseline.forecaster} and coverage of the 90 % interval, means over the horizons, by year of the origin`,
    'forecaster',
    years.map(({ name, forecasts }) => ({ name: `${name}, n = ${forecasts}`, columns: ['skill', 'covers'] })),
    [
      {
        rows: fieldOf(evaluation).map(({ forecaster }) => ({
          name: forecaster,
          emphasised: forecaster === subject.headline,
          cells: years.flatMap(({ scores }) => {
            const own = scores.find((one) => one.forecaster === forecaster);
            return own ? [signedPercent(own.skillOverBaseline), percent(own.coverage90)] : [NOTHING, NOTHING];
          }),
        })),
      },
    ],
  );
}

function seedTable({ seeds, evaluation }: BacktestResult): Markup {
  return dataTable(
    `Skill over ${evaluation.baseline.forecaster} of one method with different seeds`,
    'method',
    [
      { name: 'seeds' },
      { name: 'lowest' },
      { name: 'mean' },
      { name: 'highest' },
      { name: 'standard deviation, points' },
    ],
    [
      {
        rows: seeds.map(({ method, seeds: count, skillOverBaseline: { min, mean, max, deviation } }) => ({
          name: method,
          cells: [
            String(count),
            signedPercent(min),
            signedPercent(mean),
            signedPercent(max),
            fixed(100 * deviation, 2),
          ],
        })),
      },
    ],
  );
}

function abstentionTable({ evaluation }: BacktestResult): Markup {
  const { asked, forecasts, abstentions } = evaluation;
  const rows = abstentions.flatMap(({ forecaster, codes }) =>
    Object.entries(codes).map(([code, count]) => [forecaster, code, String(count)]),
  );
  const scored = markup`<p>${forecasts} of ${asked} origins with ten realised outcomes were scored: those from which everyone forecast.</p>`;
  return rows.length === 0
    ? markup`${scored}<p>Nobody abstained.</p>`
    : markup`${scored}${textTable('Origins from which a forecaster abstained, and why', ['forecaster', 'reason', 'origins'], rows)}`;
}
