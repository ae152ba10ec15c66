/**
 * What the API answers, as JSON. The dashboard and the command line read these types; the OpenAPI description is made from them.
 * Sessions are days YYYY-MM-DD, times RFC 3339 in UTC, prices in the currency of the bars, shares from 0 to 1.
 */

/** Where a step, a symbol's cascade or a whole session stands. */
export type RunState = 'waiting' | 'running' | 'retrying' | 'done' | 'abstained' | 'failed';

/** What a page needs to know before all else. */
export class Instance {
  exchange!: string;
  /** Version of the code, and its commit where that is known. */
  code!: string;
  warehouse!: 'duckdb' | 'bigquery';
  /** Whether replay, redrive and promote are switched on; each then needs the token. */
  actions!: boolean;
  latestSession!: string | null;
  symbols!: number;
  /** Dead letters that nobody has sent again. */
  openDeadLetters!: number;
}

/** One symbol in the overview of all, as of a session. */
export class UniverseRow {
  symbol!: string;
  session!: string;
  close!: number;
  /** Of the close before; null where there is none. */
  change!: number | null;
  /** The closes of the last 30 sessions, oldest first. */
  closes!: number[];
  /** From this session; null where there is none. */
  forecast!: UniverseForecast | null;
  /** Over the forecasts that matured in the last 60 sessions, all horizons; null where none did. */
  performance!: UniversePerformance | null;
  drifted!: boolean;
  /** What the trainer decided last at this session: kept, promoted, rejected or baseline; null where it has not. */
  decision!: string | null;
  state!: RunState;
}

export class UniverseForecast {
  forecaster!: string;
  modelVersion!: number;
  /** Median and 90 % interval of the tenth session ahead, prices. */
  point!: number;
  p05!: number;
  p95!: number;
}

export class UniversePerformance {
  matured!: number;
  /** Share of outcomes inside the 90 % interval. */
  coverage90!: number;
  /** 1 − CRPS ÷ CRPS of “tomorrow = today”. */
  skill!: number;
}

export class Universe {
  session!: string | null;
  rows!: UniverseRow[];
}

export class Bar {
  session!: string;
  open!: number;
  high!: number;
  low!: number;
  close!: number;
  volume!: number | null;
}

/** Bars as each was known at its own close, oldest first. */
export class Bars {
  symbol!: string;
  bars!: Bar[];
  /** The session to ask for as `to` in order to get the bars before these; null where there are none. */
  next!: string | null;
}

/** Features as they were stored and served, never computed again. */
export class Indicators {
  symbol!: string;
  /** Session whose snapshot this is: all was known at its close. */
  session!: string;
  featureSet!: string;
  uri!: string;
  sha256!: string;
  /** Every name that can be asked for. */
  names!: string[];
  sessions!: string[];
  /** By name, a value a session; null where it is not known. */
  columns!: Record<string, (number | null)[]>;
}

/** One horizon of a forecast, and what happened where it has matured. */
export class FanPoint {
  horizon!: number;
  targetSession!: string;
  point!: number;
  p05!: number;
  p25!: number;
  p75!: number;
  p95!: number;
  actualClose!: number | null;
  inside90!: boolean | null;
  /** Of the log return; null until it has matured. */
  crps!: number | null;
  naiveCrps!: number | null;
  /** What the forecast itself expects its CRPS to be: an estimate, known before maturity. */
  expectedCrps!: number;
}

/** The forecast from one session, or why there is none. */
export class Fan {
  symbol!: string;
  originSession!: string;
  /** What “tomorrow = today” forecasts. */
  originClose!: number | null;
  forecaster!: string | null;
  modelVersion!: number | null;
  points!: FanPoint[];
  abstention!: Abstention | null;
}

export class Abstention {
  code!: string;
  detail!: string;
}

/** One origin of a symbol's forecasts; newest first in a list. */
export class Origin {
  session!: string;
  forecaster!: string | null;
  modelVersion!: number | null;
  matured!: number;
  abstained!: boolean;
}

export class Origins {
  symbol!: string;
  origins!: Origin[];
  next!: string | null;
}

/** A past forecast of one horizon beside what happened. */
export class PastForecast {
  originSession!: string;
  targetSession!: string;
  point!: number;
  p05!: number;
  p25!: number;
  p75!: number;
  p95!: number;
  naive!: number;
  actualClose!: number | null;
  inside90!: boolean | null;
}

export class PastForecasts {
  symbol!: string;
  horizon!: number;
  /** Oldest target first. */
  forecasts!: PastForecast[];
  next!: string | null;
}

/** How matured forecasts of one horizon fared. */
export class HorizonPerformance {
  horizon!: number;
  forecasts!: number;
  mae!: number;
  naiveMae!: number;
  crps!: number;
  naiveCrps!: number;
  skill!: number;
  coverage90!: number;
}

/** The same over the last `window` forecasts that had matured by a session. */
export class RollingPerformance {
  session!: string;
  forecasts!: number;
  skill!: number;
  coverage90!: number;
}

/** What is not matured yet, by the forecasts’ own account: an estimate. */
export class ExpectedPerformance {
  horizon!: number;
  /** Forecasts whose session has not come. */
  forecasts!: number;
  expectedCrps!: number;
}

export class Performance {
  symbol!: string;
  /** Of the newest model version from each origin, matured by `to`. */
  horizons!: HorizonPerformance[];
  /** Of the horizon that was asked for, oldest first. */
  rolling!: RollingPerformance[];
  rollingHorizon!: number;
  window!: number;
  expected!: ExpectedPerformance[];
}

export class DriftScore {
  session!: string;
  column!: string;
  test!: string;
  /** calibrated and performance alarm; evidently-default is shown beside them and never does. */
  rule!: string;
  score!: number;
  threshold!: number;
  drifted!: boolean;
  alarmed!: boolean;
}

/** What came of an alarm. */
export class AlarmOutcome {
  session!: string;
  decision!: string;
  modelVersion!: number;
  reasons!: Reason[];
}

export class DriftHistory {
  symbol!: string;
  /** Newest session first. */
  scores!: DriftScore[];
  alarms!: AlarmOutcome[];
  next!: string | null;
}

/** Sessions of a window, both included. */
export class Window {
  from!: string;
  to!: string;
  sessions!: number;
}

/** How a column is distributed in both windows: the share of the values in each bin. */
export class ColumnDistributions {
  column!: string;
  reference!: Window;
  current!: Window;
  /** Edges of the bins, one more than there are bins. */
  edges!: number[];
  referenceShares!: number[];
  currentShares!: number[];
  scores!: DriftScore[];
}

export class QualityCheck {
  check!: string;
  passed!: boolean;
  detail!: string;
}

/** Drift as of a session, in full. */
export class DriftDetail {
  symbol!: string;
  session!: string;
  columns!: ColumnDistributions[];
  quality!: QualityCheck[];
}

export class Reason {
  code!: string;
  detail!: string;
}

export class ModelVersionAnswer {
  version!: number;
  session!: string;
  trigger!: string;
  kind!: string;
  forecaster!: string;
  serving!: boolean;
  metrics!: Record<string, number>;
  /** Sessions from whose close on it served. */
  appointedAt!: string[];
}

export class Decision {
  session!: string;
  trigger!: string;
  decision!: string;
  modelVersion!: number;
  reasons!: Reason[];
}

export class Models {
  symbol!: string;
  /** Newest first. */
  versions!: ModelVersionAnswer[];
  /** Newest first; `trained` leaves out those that kept all as it was. */
  decisions!: Decision[];
  next!: string | null;
}

/** A decision with the gate’s rules and the scores on the same origins. */
export class DecisionDetail extends Decision {
  recordUri!: string;
  recordSha256!: string;
  challenger!: number | null;
  checks!: DecisionCheck[];
  scores!: DecisionScore[];
}

export class DecisionCheck {
  rule!: string;
  passed!: boolean;
  detail!: string;
}

export class DecisionScore {
  forecaster!: string;
  crps!: number;
  skillOverBaseline!: number;
  skillOverNaive!: number;
  maeToNaive!: number;
  coverage90!: number;
}

/** One link of the chain from a forecast down to bars, messages and commit. */
export class LineageNode {
  /** Also its id in `from`. */
  kind!: 'forecast' | 'model' | 'decision' | 'training' | 'features' | 'bars' | 'message' | 'code';
  id!: string;
  title!: string;
  facts!: LineageFact[];
  uri!: string | null;
  sha256!: string | null;
  /** Ids of the nodes that it was made from. */
  from!: string[];
}

export class LineageFact {
  name!: string;
  value!: string;
}

export class Lineage {
  symbol!: string;
  originSession!: string;
  horizon!: number;
  /** The forecast first. */
  nodes!: LineageNode[];
}

/** One session as a whole. */
export class SessionSummary {
  session!: string;
  symbols!: number;
  forecasts!: number;
  abstained!: number;
  failed!: number;
  running!: number;
  drift!: number;
  promoted!: number;
}

export class Sessions {
  /** Newest first. */
  sessions!: SessionSummary[];
  next!: string | null;
}

/** One symbol in a session’s run. */
export class SymbolRun {
  symbol!: string;
  state!: RunState;
  /** The last step that was recorded. */
  step!: string;
  startedAt!: string | null;
  endedAt!: string | null;
  /** From the close’s publication to the last step. */
  seconds!: number | null;
  attempts!: number;
  decision!: string | null;
  drifted!: boolean;
  /** Why it failed or is tried again; empty otherwise. */
  detail!: string;
}

export class SessionRun extends SessionSummary {
  startedAt!: string | null;
  endedAt!: string | null;
  /** Those that need somebody first, then by symbol. */
  runs!: SymbolRun[];
  /** To be given as `after`; null at the end. */
  next!: string | null;
}

export class Attempt {
  attempt!: number;
  startedAt!: string | null;
  endedAt!: string | null;
  error!: string;
}

/** One handling of one message, a node in the graph of a cascade. */
export class Step {
  id!: string;
  /** Such as `fetch bars` or `decide after drift`. */
  name!: string;
  service!: string;
  subscription!: string;
  /** The message that it handles; null while it is awaited. */
  messageId!: string | null;
  /** Ids of the steps whose messages it waits for. */
  after!: string[];
  state!: RunState | 'skipped';
  publishedAt!: string | null;
  startedAt!: string | null;
  endedAt!: string | null;
  /** Between publication and the start of the handling that succeeded. */
  waitedSeconds!: number | null;
  seconds!: number | null;
  attempts!: number;
  failures!: Attempt[];
  /** What came of it in one line. */
  summary!: string;
  /** Open dead letter that it ended in. */
  deadLetterId!: string | null;
}

/** The cascade of one symbol at one session as a graph. */
export class CascadeRun {
  symbol!: string;
  session!: string;
  correlationId!: string;
  /** Trace of the cascade, where its messages carry one. */
  traceId!: string | null;
  state!: RunState;
  startedAt!: string | null;
  endedAt!: string | null;
  seconds!: number | null;
  steps!: Step[];
  /** Other cascades of the same close, such as replays under other options. */
  others!: string[];
}

export class DeadLetterSummary {
  id!: string;
  reason!: string;
  detail!: string;
  subscription!: string;
  topic!: string;
  attempts!: number;
  type!: string;
  subject!: string;
  session!: string | null;
  correlationId!: string;
  publishedAt!: string;
  redriven!: boolean;
}

export class DeadLetters {
  /** Newest first. */
  letters!: DeadLetterSummary[];
  next!: string | null;
}

export class DeadLetterDetail extends DeadLetterSummary {
  attributes!: Record<string, string>;
  /** The message’s bytes in base64. */
  data!: string;
  /** The same as text where it is UTF-8. */
  text!: string | null;
  orderingKey!: string;
}

/** What somebody asked for, as it was recorded. */
export class Action {
  id!: string;
  action!: 'replay' | 'redrive' | 'promote';
  subject!: string;
  outcome!: 'done' | 'refused';
  detail!: string;
  askedAt!: string;
  /** The cascade that a replay started. */
  correlationId!: string | null;
}

export class Actions {
  /** Newest first. */
  actions!: Action[];
  next!: string | null;
}

/** One line of `GET /api/stream`, an event named `recorded`: something of this is new. */
export class Recorded {
  topic!: string;
  symbol!: string | null;
  session!: string | null;
  correlationId!: string;
}
