import { ApiProperty } from '@nestjs/swagger';

/**
 * What the API answers, as JSON. The dashboard and the command line read these types; the OpenAPI description is made from them.
 * Sessions are days YYYY-MM-DD, times RFC 3339 in UTC, prices in the currency of the bars, shares from 0 to 1.
 */

export const RUN_STATES = ['waiting', 'running', 'retrying', 'done', 'abstained', 'failed'] as const;

/** Where a step, a symbol's cascade or a whole session stands. */
export type RunState = (typeof RUN_STATES)[number];

/** What a page needs to know before all else. */
export class Instance {
  @ApiProperty({ type: String })
  exchange!: string;

  @ApiProperty({ type: String, description: 'Version of the code, and its commit where that is known.' })
  code!: string;

  @ApiProperty({ enum: ['duckdb', 'bigquery'] })
  warehouse!: 'duckdb' | 'bigquery';

  @ApiProperty({
    type: Boolean,
    description: 'Whether replay, redrive and promote are switched on; each then needs the token.',
  })
  actions!: boolean;

  @ApiProperty({ type: String, nullable: true })
  latestSession!: string | null;

  @ApiProperty({ type: Number })
  symbols!: number;

  @ApiProperty({ type: Number, description: 'Dead letters that nobody has sent again.' })
  openDeadLetters!: number;
}

/** A symbol of which there are bars. */
export class KnownSymbol {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: Number, description: 'Sessions of which there is a bar.' })
  sessions!: number;

  @ApiProperty({ type: String })
  lastSession!: string;
}

export class UniverseForecast {
  @ApiProperty({ type: String })
  forecaster!: string;

  @ApiProperty({ type: Number })
  modelVersion!: number;

  @ApiProperty({ type: Number, description: 'Median and 90 % interval of the tenth session ahead, prices.' })
  point!: number;

  @ApiProperty({ type: Number })
  p05!: number;

  @ApiProperty({ type: Number })
  p95!: number;
}

export class UniversePerformance {
  @ApiProperty({ type: Number })
  matured!: number;

  @ApiProperty({ type: Number, description: 'Share of outcomes inside the 90 % interval.' })
  coverage90!: number;

  @ApiProperty({ type: Number, description: '1 − CRPS ÷ CRPS of “tomorrow = today”.' })
  skill!: number;
}

/** One symbol in the overview of all, as of a session. */
export class UniverseRow {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: Number })
  close!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the close before; null where there is none.' })
  change!: number | null;

  @ApiProperty({ type: [Number], description: 'The closes of the last 30 sessions, oldest first.' })
  closes!: number[];

  @ApiProperty({
    type: () => UniverseForecast,
    nullable: true,
    description: 'From this session; null where there is none.',
  })
  forecast!: UniverseForecast | null;

  @ApiProperty({
    type: () => UniversePerformance,
    nullable: true,
    description: 'Over the forecasts that matured in the last 60 sessions, all horizons; null where none did.',
  })
  performance!: UniversePerformance | null;

  @ApiProperty({ type: Boolean })
  drifted!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'What the trainer decided last at this session: kept, promoted, rejected or baseline; null where it has not.',
  })
  decision!: string | null;

  @ApiProperty({ enum: RUN_STATES })
  state!: RunState;
}

export class Universe {
  @ApiProperty({ type: String, nullable: true })
  session!: string | null;

  @ApiProperty({ type: () => [UniverseRow] })
  rows!: UniverseRow[];
}

export class Bar {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: Number })
  open!: number;

  @ApiProperty({ type: Number })
  high!: number;

  @ApiProperty({ type: Number })
  low!: number;

  @ApiProperty({ type: Number })
  close!: number;

  @ApiProperty({ type: Number, nullable: true })
  volume!: number | null;
}

/** Bars as each was known at its own close, oldest first. */
export class Bars {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: () => [Bar] })
  bars!: Bar[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The session to ask for as `to` in order to get the bars before these; null where there are none.',
  })
  next!: string | null;
}

/** Features as they were stored and served, never computed again. */
export class Indicators {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String, description: 'Session whose snapshot this is: all was known at its close.' })
  session!: string;

  @ApiProperty({ type: String })
  featureSet!: string;

  @ApiProperty({ type: String })
  uri!: string;

  @ApiProperty({ type: String })
  sha256!: string;

  @ApiProperty({ type: [String], description: 'Every name that can be asked for.' })
  names!: string[];

  @ApiProperty({ type: [String] })
  sessions!: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'number', nullable: true } },
    description: 'By name, a value a session; null where it is not known.',
  })
  columns!: Record<string, (number | null)[]>;
}

/** One horizon of a forecast, and what happened where it has matured. */
export class FanPoint {
  @ApiProperty({ type: Number })
  horizon!: number;

  @ApiProperty({ type: String })
  targetSession!: string;

  @ApiProperty({ type: Number })
  point!: number;

  @ApiProperty({ type: Number })
  p05!: number;

  @ApiProperty({ type: Number })
  p25!: number;

  @ApiProperty({ type: Number })
  p75!: number;

  @ApiProperty({ type: Number })
  p95!: number;

  @ApiProperty({ type: Number, nullable: true })
  actualClose!: number | null;

  @ApiProperty({ type: Boolean, nullable: true })
  inside90!: boolean | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the log return; null until it has matured.' })
  crps!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  naiveCrps!: number | null;

  @ApiProperty({
    type: Number,
    description: 'What the forecast itself expects its CRPS to be: an estimate, known before maturity.',
  })
  expectedCrps!: number;
}

export class Abstention {
  @ApiProperty({ type: String })
  code!: string;

  @ApiProperty({ type: String })
  detail!: string;
}

/** The forecast from one session, or why there is none. */
export class Fan {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  originSession!: string;

  @ApiProperty({ type: Number, nullable: true, description: 'What “tomorrow = today” forecasts.' })
  originClose!: number | null;

  @ApiProperty({ type: String, nullable: true })
  forecaster!: string | null;

  @ApiProperty({ type: Number, nullable: true })
  modelVersion!: number | null;

  @ApiProperty({ type: () => [FanPoint] })
  points!: FanPoint[];

  @ApiProperty({ type: () => Abstention, nullable: true })
  abstention!: Abstention | null;
}

/** One origin of a symbol's forecasts; newest first in a list. */
export class Origin {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String, nullable: true })
  forecaster!: string | null;

  @ApiProperty({ type: Number, nullable: true })
  modelVersion!: number | null;

  @ApiProperty({ type: Number })
  matured!: number;

  @ApiProperty({ type: Boolean })
  abstained!: boolean;
}

export class Origins {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: () => [Origin] })
  origins!: Origin[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** A past forecast of one horizon beside what happened. */
export class PastForecast {
  @ApiProperty({ type: String })
  originSession!: string;

  @ApiProperty({ type: String })
  targetSession!: string;

  @ApiProperty({ type: Number })
  point!: number;

  @ApiProperty({ type: Number })
  p05!: number;

  @ApiProperty({ type: Number })
  p25!: number;

  @ApiProperty({ type: Number })
  p75!: number;

  @ApiProperty({ type: Number })
  p95!: number;

  @ApiProperty({ type: Number })
  naive!: number;

  @ApiProperty({ type: Number, nullable: true })
  actualClose!: number | null;

  @ApiProperty({ type: Boolean, nullable: true })
  inside90!: boolean | null;
}

export class PastForecasts {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: Number })
  horizon!: number;

  @ApiProperty({ type: () => [PastForecast], description: 'Oldest target first.' })
  forecasts!: PastForecast[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** How matured forecasts of one horizon fared. */
export class HorizonPerformance {
  @ApiProperty({ type: Number })
  horizon!: number;

  @ApiProperty({ type: Number })
  forecasts!: number;

  @ApiProperty({ type: Number })
  mae!: number;

  @ApiProperty({ type: Number })
  naiveMae!: number;

  @ApiProperty({ type: Number })
  crps!: number;

  @ApiProperty({ type: Number })
  naiveCrps!: number;

  @ApiProperty({ type: Number })
  skill!: number;

  @ApiProperty({ type: Number })
  coverage90!: number;
}

/** The same over the last `window` forecasts that had matured by a session. */
export class RollingPerformance {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: Number })
  forecasts!: number;

  @ApiProperty({ type: Number })
  skill!: number;

  @ApiProperty({ type: Number })
  coverage90!: number;
}

/** What is not matured yet, by the forecasts’ own account: an estimate. */
export class ExpectedPerformance {
  @ApiProperty({ type: Number })
  horizon!: number;

  @ApiProperty({ type: Number, description: 'Forecasts whose session has not come.' })
  forecasts!: number;

  @ApiProperty({ type: Number })
  expectedCrps!: number;
}

export class Performance {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({
    type: () => [HorizonPerformance],
    description: 'Of the newest model version from each origin, matured by `to`.',
  })
  horizons!: HorizonPerformance[];

  @ApiProperty({ type: () => [RollingPerformance], description: 'Of the horizon that was asked for, oldest first.' })
  rolling!: RollingPerformance[];

  @ApiProperty({ type: Number })
  rollingHorizon!: number;

  @ApiProperty({ type: Number })
  window!: number;

  @ApiProperty({ type: () => [ExpectedPerformance] })
  expected!: ExpectedPerformance[];
}

export class DriftScore {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String })
  column!: string;

  @ApiProperty({ type: String })
  test!: string;

  @ApiProperty({
    type: String,
    description: 'calibrated and performance alarm; evidently-default is shown beside them and never does.',
  })
  rule!: string;

  @ApiProperty({ type: Number })
  score!: number;

  @ApiProperty({ type: Number })
  threshold!: number;

  @ApiProperty({ type: Boolean })
  drifted!: boolean;

  @ApiProperty({ type: Boolean })
  alarmed!: boolean;
}

/** What came of an alarm. */
export class AlarmOutcome {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String })
  decision!: string;

  @ApiProperty({ type: Number })
  modelVersion!: number;

  @ApiProperty({ type: () => [Reason] })
  reasons!: Reason[];
}

export class DriftHistory {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: () => [DriftScore], description: 'Newest session first.' })
  scores!: DriftScore[];

  @ApiProperty({ type: () => [AlarmOutcome] })
  alarms!: AlarmOutcome[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** Sessions of a window, both included. */
export class Window {
  @ApiProperty({ type: String })
  from!: string;

  @ApiProperty({ type: String })
  to!: string;

  @ApiProperty({ type: Number })
  sessions!: number;
}

/** How a column is distributed in both windows: the share of the values in each bin. */
export class ColumnDistributions {
  @ApiProperty({ type: String })
  column!: string;

  @ApiProperty({ type: () => Window })
  reference!: Window;

  @ApiProperty({ type: () => Window })
  current!: Window;

  @ApiProperty({ type: [Number], description: 'Edges of the bins, one more than there are bins.' })
  edges!: number[];

  @ApiProperty({ type: [Number] })
  referenceShares!: number[];

  @ApiProperty({ type: [Number] })
  currentShares!: number[];

  @ApiProperty({ type: () => [DriftScore] })
  scores!: DriftScore[];
}

export class QualityCheck {
  @ApiProperty({ type: String })
  check!: string;

  @ApiProperty({ type: Boolean })
  passed!: boolean;

  @ApiProperty({ type: String })
  detail!: string;
}

/** Drift as of a session, in full. */
export class DriftDetail {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: () => [ColumnDistributions] })
  columns!: ColumnDistributions[];

  @ApiProperty({ type: () => [QualityCheck] })
  quality!: QualityCheck[];
}

export class Reason {
  @ApiProperty({ type: String })
  code!: string;

  @ApiProperty({ type: String })
  detail!: string;
}

export class ModelVersionAnswer {
  @ApiProperty({ type: Number })
  version!: number;

  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String })
  trigger!: string;

  @ApiProperty({ type: String })
  kind!: string;

  @ApiProperty({ type: String })
  forecaster!: string;

  @ApiProperty({ type: Boolean })
  serving!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' } })
  metrics!: Record<string, number>;

  @ApiProperty({ type: [String], description: 'Sessions from whose close on it served.' })
  appointedAt!: string[];
}

export class Decision {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String })
  trigger!: string;

  @ApiProperty({ type: String })
  decision!: string;

  @ApiProperty({ type: Number })
  modelVersion!: number;

  @ApiProperty({ type: () => [Reason] })
  reasons!: Reason[];
}

export class Models {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: () => [ModelVersionAnswer], description: 'Newest first.' })
  versions!: ModelVersionAnswer[];

  @ApiProperty({
    type: () => [Decision],
    description: 'Newest first; `trained` leaves out those that kept all as it was.',
  })
  decisions!: Decision[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** A decision with the gate’s rules and the scores on the same origins. */
export class DecisionDetail extends Decision {
  @ApiProperty({ type: String })
  recordUri!: string;

  @ApiProperty({ type: String })
  recordSha256!: string;

  @ApiProperty({ type: Number, nullable: true })
  challenger!: number | null;

  @ApiProperty({ type: () => [DecisionCheck] })
  checks!: DecisionCheck[];

  @ApiProperty({ type: () => [DecisionScore] })
  scores!: DecisionScore[];
}

export class DecisionCheck {
  @ApiProperty({ type: String, description: 'challenger or champion.' })
  candidate!: string;

  @ApiProperty({ type: String })
  rule!: string;

  @ApiProperty({ type: Boolean })
  passed!: boolean;

  @ApiProperty({ type: String })
  detail!: string;
}

export class DecisionScore {
  @ApiProperty({ type: String })
  forecaster!: string;

  @ApiProperty({ type: Number })
  crps!: number;

  @ApiProperty({ type: Number })
  skillOverBaseline!: number;

  @ApiProperty({ type: Number })
  skillOverNaive!: number;

  @ApiProperty({ type: Number })
  maeToNaive!: number;

  @ApiProperty({ type: Number })
  coverage90!: number;
}

/** One link of the chain from a forecast down to bars, messages and commit. */
export class LineageNode {
  @ApiProperty({
    enum: ['forecast', 'model', 'decision', 'training', 'features', 'bars', 'message', 'code'],
    description: 'Also its id in `from`.',
  })
  kind!: 'forecast' | 'model' | 'decision' | 'training' | 'features' | 'bars' | 'message' | 'code';

  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  title!: string;

  @ApiProperty({ type: () => [LineageFact] })
  facts!: LineageFact[];

  @ApiProperty({ type: String, nullable: true })
  uri!: string | null;

  @ApiProperty({ type: String, nullable: true })
  sha256!: string | null;

  @ApiProperty({ type: [String], description: 'Ids of the nodes that it was made from.' })
  from!: string[];
}

export class LineageFact {
  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: String })
  value!: string;
}

export class Lineage {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  originSession!: string;

  @ApiProperty({ type: Number })
  horizon!: number;

  @ApiProperty({ type: () => [LineageNode], description: 'The forecast first.' })
  nodes!: LineageNode[];
}

/** One session as a whole. */
export class SessionSummary {
  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: Number })
  symbols!: number;

  @ApiProperty({ type: Number })
  forecasts!: number;

  @ApiProperty({ type: Number })
  abstained!: number;

  @ApiProperty({ type: Number })
  failed!: number;

  @ApiProperty({ type: Number })
  running!: number;

  @ApiProperty({ type: Number })
  drift!: number;

  @ApiProperty({ type: Number })
  promoted!: number;
}

export class Sessions {
  @ApiProperty({ type: () => [SessionSummary], description: 'Newest first.' })
  sessions!: SessionSummary[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** One symbol in a session’s run. */
export class SymbolRun {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ enum: RUN_STATES })
  state!: RunState;

  @ApiProperty({ type: String, description: 'The last step that was recorded.' })
  step!: string;

  @ApiProperty({ type: String, nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'From the close’s publication to the last step.' })
  seconds!: number | null;

  @ApiProperty({ type: Number })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  decision!: string | null;

  @ApiProperty({ type: Boolean })
  drifted!: boolean;

  @ApiProperty({ type: String, description: 'Why it failed or is tried again; empty otherwise.' })
  detail!: string;
}

export class SessionRun extends SessionSummary {
  @ApiProperty({ type: String, nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: () => [SymbolRun], description: 'Those that need somebody first, then by symbol.' })
  runs!: SymbolRun[];

  @ApiProperty({ type: String, nullable: true, description: 'To be given as `after`; null at the end.' })
  next!: string | null;
}

export class Attempt {
  @ApiProperty({ type: Number })
  attempt!: number;

  @ApiProperty({ type: String, nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: String })
  error!: string;
}

/** One handling of one message, a node in the graph of a cascade. */
export class Step {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, description: 'Such as `fetch bars` or `decide after drift`.' })
  name!: string;

  @ApiProperty({ type: String })
  service!: string;

  @ApiProperty({ type: String })
  subscription!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The message that it handles; null while it is awaited.' })
  messageId!: string | null;

  @ApiProperty({ type: [String], description: 'Ids of the steps whose messages it waits for.' })
  after!: string[];

  @ApiProperty({ enum: [...RUN_STATES, 'skipped'] })
  state!: RunState | 'skipped';

  @ApiProperty({ type: String, nullable: true })
  publishedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Between publication and the start of the handling that succeeded.',
  })
  waitedSeconds!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  seconds!: number | null;

  @ApiProperty({ type: Number })
  attempts!: number;

  @ApiProperty({ type: () => [Attempt] })
  failures!: Attempt[];

  @ApiProperty({ type: String, description: 'What came of it in one line.' })
  summary!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Open dead letter that it ended in.' })
  deadLetterId!: string | null;
}

/** The cascade of one symbol at one session as a graph. */
export class CascadeRun {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({ type: String })
  correlationId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Trace of the cascade, where its messages carry one.' })
  traceId!: string | null;

  @ApiProperty({ enum: RUN_STATES })
  state!: RunState;

  @ApiProperty({ type: String, nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: Number, nullable: true })
  seconds!: number | null;

  @ApiProperty({ type: () => [Step] })
  steps!: Step[];

  @ApiProperty({
    type: [String],
    description: 'Other cascades of the same close, such as replays under other options.',
  })
  others!: string[];
}

export class DeadLetterSummary {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String })
  reason!: string;

  @ApiProperty({ type: String })
  detail!: string;

  @ApiProperty({ type: String })
  subscription!: string;

  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ type: Number })
  attempts!: number;

  @ApiProperty({ type: String })
  type!: string;

  @ApiProperty({ type: String })
  subject!: string;

  @ApiProperty({ type: String, nullable: true })
  session!: string | null;

  @ApiProperty({ type: String })
  correlationId!: string;

  @ApiProperty({ type: String })
  publishedAt!: string;

  @ApiProperty({ type: Boolean })
  redriven!: boolean;
}

export class DeadLetters {
  @ApiProperty({ type: () => [DeadLetterSummary], description: 'Newest first.' })
  letters!: DeadLetterSummary[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class DeadLetterDetail extends DeadLetterSummary {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  attributes!: Record<string, string>;

  @ApiProperty({ type: String, description: 'The message’s bytes in base64.' })
  data!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The same as text where it is UTF-8.' })
  text!: string | null;

  @ApiProperty({ type: String })
  orderingKey!: string;
}

/** What somebody asked for, as it was recorded. */
export class Action {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ enum: ['replay', 'redrive', 'promote'] })
  action!: 'replay' | 'redrive' | 'promote';

  @ApiProperty({ type: String })
  subject!: string;

  @ApiProperty({ enum: ['done', 'refused'] })
  outcome!: 'done' | 'refused';

  @ApiProperty({ type: String })
  detail!: string;

  @ApiProperty({ type: String })
  askedAt!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The cascade that a replay started.' })
  correlationId!: string | null;
}

export class Actions {
  @ApiProperty({ type: () => [Action], description: 'Newest first.' })
  actions!: Action[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** One line of `GET /api/stream`, an event named `recorded`: something of this is new. */
export class Recorded {
  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ type: String, nullable: true })
  symbol!: string | null;

  @ApiProperty({ type: String, nullable: true })
  session!: string | null;

  @ApiProperty({ type: String })
  correlationId!: string;
}

/** Why there is no answer. */
export class Failure {
  @ApiProperty({ type: Number })
  statusCode!: number;

  @ApiProperty({ type: String, description: 'The status in words.' })
  error!: string;

  @ApiProperty({ type: String, description: 'What is wrong, and what to do.' })
  message!: string;
}

/** Where one symbol’s cascade stands. */
export class SymbolProgress {
  @ApiProperty({ type: String })
  symbol!: string;

  @ApiProperty({ type: String })
  session!: string;

  @ApiProperty({
    enum: ['done', 'failed', 'running'],
    description: 'done: forecast or abstained, and drift seen to. failed: in the dead letters. running: neither yet.',
  })
  state!: 'done' | 'failed' | 'running';

  @ApiProperty({ type: String, description: 'Topic of the last message that was recorded.' })
  step!: string;

  @ApiProperty({ type: String, description: 'Why it failed; empty otherwise.' })
  detail!: string;
}

/** Where a cascade stands. */
export class CascadeProgress {
  @ApiProperty({ type: String })
  correlationId!: string;

  @ApiProperty({ type: Boolean, description: 'Whether the close that started it is recorded.' })
  recorded!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The session that the close meant; null on a day that was none, and until it is recorded.',
  })
  session!: string | null;

  @ApiProperty({ type: String, description: 'Why the close meant no session; empty otherwise.' })
  detail!: string;

  @ApiProperty({ type: () => [SymbolProgress] })
  symbols!: SymbolProgress[];
}

/** A past close that is to be said again. */
export class ReplayRequest {
  @ApiProperty({ type: String, description: 'Session that closed.' })
  session!: string;

  @ApiProperty({ type: [String], required: false, description: 'Symbols to run; every configured one by default.' })
  symbols?: string[];

  @ApiProperty({ type: Boolean, required: false, description: 'Retrain whatever the policy says.' })
  forceRetrain?: boolean;
}

/** A version that is to serve from the next close on. */
export class PromotionRequest {
  @ApiProperty({ type: Number })
  version!: number;
}
