import { setImmediate } from 'node:timers/promises';
import { PermanentError } from '@closing-bell/contracts';
import { naive } from '../baselines/naive';
import { referenceBaseline } from '../baselines/rolling-quantile';
import { type Abstention, type ForecastAnswer, type Forecaster, type ReturnDistribution } from '../forecaster';
import { type History } from '../history';
import { HORIZONS, QUANTILE_LEVELS } from '../horizons';
import { type FanSample, fanOrigins, sampleFan } from './fan-sample';
import { checkForecast, LeakCheck } from './leak';
import { type Outcomes, ScoreSheet } from './score-sheet';

/** One symbol to be forecast. */
export interface EvaluationCase {
  readonly symbol: string;
  readonly history: History;
  /** Indices of bars, ascending; those without ten realised outcomes are left out. */
  readonly origins: readonly number[];
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly symbol: string;
  readonly forecaster: string;
  /** Answers collected, of `total`: one a forecaster and symbol. */
  readonly done: number;
  readonly total: number;
}

/** What a forecaster said from all origins of a symbol that it was asked from. */
export interface GivenAnswers extends EvaluationCase {
  readonly forecaster: string;
  /** One an origin. */
  readonly answers: readonly ForecastAnswer[];
}

/** How often a forecaster abstained, by code. */
export type AbstentionCounts = Readonly<Partial<Record<Abstention['code'], number>>>;

/** Forecasters scored on the same origins. */
export interface ScoredOrigins {
  readonly symbols: readonly string[];
  /** Sessions of the scored origins, ascending, each once. */
  readonly sessions: readonly string[];
  /** Scored origins of all symbols: those from which every forecaster forecast and all ten outcomes are known. */
  readonly rows: number;
  /** Origins with ten realised outcomes, from which the forecasters were asked. */
  readonly asked: number;
  readonly outcomes: Outcomes;
  /** Naive persistence, the reference baseline, then the others as given. */
  readonly field: readonly {
    readonly forecaster: string;
    readonly sheet: ScoreSheet;
    readonly abstentions: AbstentionCounts;
  }[];
  /** A few forecasts of the first symbol that was scored, oldest first, to be drawn. */
  readonly fans: readonly FanSample[];
}

/**
 * Rolls the origin over the histories of one symbol or many and scores the forecasters by what happened in the ten sessions
 * after each. Naive persistence and the reference baseline are always scored beside them. A few origins are asked again with
 * the history cut there (see LeakCheck). Forecasters called `<method>#<seed>` count as one method of several seeds.
 * Between one answer and the next the event loop runs; options.signal ends it there with the signal's reason.
 * Throws LeakError where a forecaster saw the future, and PermanentError `invalid-forecast` where quantiles are not ascending
 * numbers.
 */
export async function evaluate(
  forecasters: readonly Forecaster[],
  cases: readonly EvaluationCase[],
  {
    signal,
    onProgress,
    onAnswers,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
    readonly onAnswers?: ((given: GivenAnswers) => void) | undefined;
  } = {},
): Promise<ScoredOrigins> {
  const baselines = [naive, referenceBaseline];
  const field = [...baselines, ...forecasters.filter((forecaster) => !baselines.includes(forecaster))];
  const asked = cases.map((one) => ({
    ...one,
    origins: one.origins.filter((origin) => origin + HORIZONS < one.history.bars.length),
  }));
  const capacity = asked.reduce((sum, { origins }) => sum + origins.length, 0);
  const sheets = field.map(() => new ScoreSheet(capacity));
  const abstentions = field.map((): Partial<Record<Abstention['code'], number>> => ({}));
  const scored = new OutcomeColumns(capacity);
  const leakCheck = new LeakCheck(cases.length);
  let fans: FanSample[] = [];
  let done = 0;

  for (const [symbolIndex, { symbol, history, origins }] of asked.entries()) {
    const checked = origins.length === 0 ? [] : leakCheck.positions(origins.length);
    const answers: ForecastAnswer[][] = [];
    for (const [index, forecaster] of field.entries()) {
      const given = await answersOf(forecaster, { symbol, history, origins }, checked, signal);
      for (const answer of given) {
        if (answer.outcome === 'forecast') continue;
        const counts = abstentions[index] ?? {};
        counts[answer.code] = (counts[answer.code] ?? 0) + 1;
      }
      answers.push(given);
      onAnswers?.({ symbol, history, origins, forecaster: forecaster.name, answers: given });
      onProgress?.({ symbol, forecaster: forecaster.name, done: ++done, total: cases.length * field.length });
    }
    const common = commonForecasts(answers, origins);
    if (fans.length === 0) {
      fans = fanOrigins(common).map(({ origin, distributions }) =>
        sampleFan(
          symbol,
          history.bars,
          origin,
          field.map(({ name }, index) => ({ forecaster: name, distribution: distributions[index] })),
        ),
      );
    }
    const firstRow = scored.rows;
    for (const { origin } of common) scored.add(symbolIndex, history, origin);
    for (const [index, sheet] of sheets.entries()) {
      await setImmediate();
      common.forEach(({ distributions }, position) => {
        const distribution = distributions[index];
        if (distribution) recordForecast(sheet, scored, firstRow + position, distribution);
      });
    }
  }
  return {
    symbols: cases.map(({ symbol }) => symbol),
    ...scored.finish(),
    asked: capacity,
    field: field.map(({ name }, index) => ({
      forecaster: name,
      sheet: sheets[index] ?? new ScoreSheet(0),
      abstentions: abstentions[index] ?? {},
    })),
    fans,
  };
}

/** What a forecaster says from all origins, checked for leaks at some of them. */
async function answersOf(
  forecaster: Forecaster,
  { symbol, history, origins }: EvaluationCase,
  checked: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ForecastAnswer[]> {
  signal?.throwIfAborted();
  await setImmediate();
  const answers = origins.length === 0 ? [] : forecaster.forecasts(history, origins);
  if (answers.length !== origins.length) {
    throw new Error(`${forecaster.name} gave ${answers.length} answers from ${origins.length} origins of ${symbol}`);
  }
  answers.forEach((answer, position) => {
    if (answer.outcome === 'forecast' && !isSound(answer)) {
      const session = history.bars[origins[position] ?? NaN]?.session ?? '';
      throw new PermanentError(
        `The forecast of ${symbol} by ${forecaster.name} from ${session} is not ten rows of ascending numbers. It must abstain where it cannot forecast.`,
        { reason: 'invalid-forecast', forecaster: forecaster.name, symbol, session },
      );
    }
  });
  for (const position of checked) {
    signal?.throwIfAborted();
    await setImmediate();
    const answer = answers[position];
    if (answer) checkForecast(forecaster, { symbol, history, origin: origins[position] ?? NaN }, answer);
  }
  return answers;
}

function isSound({ quantiles }: ReturnDistribution): boolean {
  return (
    quantiles.length === HORIZONS &&
    quantiles.every(
      (returns) =>
        returns.length === QUANTILE_LEVELS.length &&
        returns.every((value, index) => Number.isFinite(value) && value >= (returns[index - 1] ?? -Infinity)),
    )
  );
}

/** An origin from which every forecaster forecast, with what each said. */
interface CommonForecast {
  readonly origin: number;
  readonly distributions: readonly ReturnDistribution[];
}

function commonForecasts(answers: readonly ForecastAnswer[][], origins: readonly number[]): CommonForecast[] {
  return origins.flatMap((origin, position) => {
    const distributions = answers.flatMap((given) => {
      const answer = given[position];
      return answer?.outcome === 'forecast' ? [answer] : [];
    });
    return distributions.length === answers.length ? [{ origin, distributions }] : [];
  });
}

function recordForecast(
  sheet: ScoreSheet,
  { originCloses, closes }: OutcomeColumns,
  row: number,
  { quantiles }: ReturnDistribution,
): void {
  quantiles.forEach((returns, index) =>
    sheet.record(row, index + 1, returns, originCloses[row] ?? NaN, closes[row * HORIZONS + index] ?? NaN),
  );
}

/** Outcomes while they are collected. */
class OutcomeColumns implements Outcomes {
  rows = 0;
  readonly symbolOf: Int32Array;
  readonly sessionOf: Int32Array;
  readonly originCloses: Float64Array;
  readonly closes: Float64Array;
  private readonly sessionNumbers = new Map<string, number>();

  constructor(capacity: number) {
    this.symbolOf = new Int32Array(capacity);
    this.sessionOf = new Int32Array(capacity);
    this.originCloses = new Float64Array(capacity);
    this.closes = new Float64Array(capacity * HORIZONS);
  }

  add(symbol: number, { bars }: History, origin: number): void {
    const session = bars[origin]?.session ?? '';
    const number = this.sessionNumbers.get(session) ?? this.sessionNumbers.size;
    this.sessionNumbers.set(session, number);
    this.symbolOf[this.rows] = symbol;
    this.sessionOf[this.rows] = number;
    this.originCloses[this.rows] = bars[origin]?.close ?? NaN;
    for (let horizon = 1; horizon <= HORIZONS; horizon++) {
      this.closes[this.rows * HORIZONS + horizon - 1] = bars[origin + horizon]?.close ?? NaN;
    }
    this.rows++;
  }

  /** Numbers the sessions in their order: symbols begin at different ones. */
  finish(): { rows: number; sessions: string[]; outcomes: Outcomes } {
    const sessions = [...this.sessionNumbers.keys()].sort();
    const ranks = new Int32Array(sessions.length);
    sessions.forEach((session, rank) => (ranks[this.sessionNumbers.get(session) ?? 0] = rank));
    const { rows, symbolOf, originCloses, closes } = this;
    const sessionOf = this.sessionOf.map((number) => ranks[number] ?? 0);
    return { rows, sessions, outcomes: { symbolOf, sessionOf, originCloses, closes } };
  }
}
