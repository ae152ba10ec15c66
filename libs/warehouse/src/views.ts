import { type Dialect } from './dialect';
import { tables } from './tables';
import { type ViewDefinition } from './table';

const { forecasts, outcomes, modelDecisions, driftScores, events } = tables;

function defineView<const V extends ViewDefinition>(definition: V): V {
  return definition;
}

/**
 * Mean of floats that does not depend on the order in which a warehouse adds them: in whole billionths. Prices of any size and the rows
 * of a month fit.
 */
function meanOf(expression: string): string {
  return `SUM(CAST(ROUND((${expression}) * 1e9) AS INT64)) / 1e9 / COUNT(*)`;
}

/** The outcomes of the newest model version from each origin: what counts where a drift alarm led to a second forecast. */
function lastOutcomes({ relation }: Dialect): string {
  return `(SELECT * FROM ${relation(outcomes.name)} WHERE TRUE
    QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session, horizon))`;
}

/** What people look at, in Looker Studio or by an export: flat, a date where there is one, the baseline beside each number. */
export const views = {
  forecastVsActual: defineView({
    name: 'forecast_vs_actual',
    description: 'Every forecast beside what then happened and beside “tomorrow = today”.',
    columns: {
      symbol: forecasts.columns.symbol,
      origin_session: forecasts.columns.origin_session,
      horizon: forecasts.columns.horizon,
      model_version: forecasts.columns.model_version,
      target_session: forecasts.columns.target_session,
      forecaster: forecasts.columns.forecaster,
      last_version: { type: 'boolean', description: 'Whether it is of the newest model version from its origin.' },
      latest_origin: { type: 'boolean', description: 'Whether its origin is the symbol’s latest.' },
      origin_close: forecasts.columns.origin_close,
      point: forecasts.columns.point,
      p05: forecasts.columns.p05,
      p25: forecasts.columns.p25,
      p75: forecasts.columns.p75,
      p95: forecasts.columns.p95,
      actual_close: { ...outcomes.columns.actual_close, nullable: true },
      error: { ...outcomes.columns.error, nullable: true },
      naive_error: { ...outcomes.columns.naive_error, nullable: true },
      crps: { ...outcomes.columns.crps, nullable: true },
      naive_crps: { ...outcomes.columns.naive_crps, nullable: true },
      inside_90: { ...outcomes.columns.inside_90, nullable: true },
    },
    key: forecasts.key,
    sql: ({
      relation,
    }) => `SELECT f.symbol, f.origin_session, f.horizon, f.model_version, f.target_session, f.forecaster,
  f.model_version = MAX(f.model_version) OVER (PARTITION BY f.symbol, f.origin_session) AS last_version,
  f.origin_session = MAX(f.origin_session) OVER (PARTITION BY f.symbol) AS latest_origin,
  f.origin_close, f.point, f.p05, f.p25, f.p75, f.p95,
  o.actual_close, o.error, o.naive_error, o.crps, o.naive_crps, o.inside_90
FROM ${relation(forecasts.name)} f
LEFT JOIN ${relation(outcomes.name)} o ON o.symbol = f.symbol AND o.origin_session = f.origin_session
  AND o.horizon = f.horizon AND o.model_version = f.model_version`,
  }),
  coverageByMonth: defineView({
    name: 'coverage_by_month',
    description: 'How matured forecasts fared, by symbol, horizon and month of the session that was forecast.',
    columns: {
      symbol: outcomes.columns.symbol,
      horizon: outcomes.columns.horizon,
      month: { type: 'date', description: 'First day of the month.' },
      forecasts: { type: 'integer', description: 'Matured forecasts, of each origin the newest model version’s.' },
      inside_90: { type: 'integer', description: 'How many of them held the actual close in their 90 % interval.' },
      coverage_90: { type: 'float', description: 'Share of them; should be 0.9.' },
      mean_absolute_error: { type: 'float', description: 'Of the median, a price.' },
      naive_mean_absolute_error: { type: 'float', description: 'The same of “tomorrow = today”.' },
      mean_crps: { type: 'float', description: 'Mean continuous ranked probability score; lower is better.' },
      naive_mean_crps: { type: 'float', description: 'The same of “tomorrow = today”.' },
    },
    key: ['symbol', 'horizon', 'month'],
    sql: (dialect) => `SELECT symbol, horizon, ${dialect.monthOf('target_session')} AS month, COUNT(*) AS forecasts,
  SUM(CASE WHEN inside_90 THEN 1 ELSE 0 END) AS inside_90,
  SUM(CASE WHEN inside_90 THEN 1 ELSE 0 END) / COUNT(*) AS coverage_90,
  ${meanOf('ABS(error)')} AS mean_absolute_error, ${meanOf('ABS(naive_error)')} AS naive_mean_absolute_error,
  ${meanOf('crps')} AS mean_crps, ${meanOf('naive_crps')} AS naive_mean_crps
FROM ${lastOutcomes(dialect)} o
GROUP BY symbol, horizon, month`,
  }),
  modelHistory: defineView({
    name: 'model_history',
    description: 'What was decided about the model at each close, and the forecaster that then served.',
    columns: {
      symbol: modelDecisions.columns.symbol,
      session: modelDecisions.columns.session,
      trigger: modelDecisions.columns.trigger,
      message_id: modelDecisions.columns.message_id,
      decision: modelDecisions.columns.decision,
      reason_codes: modelDecisions.columns.reason_codes,
      model_version: modelDecisions.columns.model_version,
      forecaster: { ...forecasts.columns.forecaster, nullable: true },
      record_uri: modelDecisions.columns.record_uri,
    },
    key: ['symbol', 'session', 'trigger', 'message_id'],
    sql: ({
      relation,
    }) => `SELECT d.symbol, d.session, d.trigger, d.message_id, d.decision, d.reason_codes, d.model_version, f.forecaster, d.record_uri
FROM ${relation(modelDecisions.name)} d
LEFT JOIN ${relation(forecasts.name)} f ON f.symbol = d.symbol AND f.origin_session = d.session
  AND f.model_version = d.model_version AND f.horizon = 1`,
  }),
  driftByFeature: defineView({
    name: 'drift_by_feature',
    description: 'Drift of each watched feature at each close, and what the trainer made of an alarm.',
    columns: {
      symbol: driftScores.columns.symbol,
      session: driftScores.columns.session,
      feature: driftScores.columns.column,
      test: driftScores.columns.test,
      bars_sha256: driftScores.columns.bars_sha256,
      score: driftScores.columns.score,
      threshold: driftScores.columns.threshold,
      score_to_threshold: {
        type: 'float',
        description: 'Score divided by threshold: above 1 a distance means drift; of a p-value, up to 1.',
        nullable: true,
      },
      rule: driftScores.columns.rule,
      drifted: driftScores.columns.drifted,
      alarmed: driftScores.columns.alarmed,
      decision: {
        type: 'text',
        description: 'What the trainer decided on the session’s alarm; none where there was none.',
        nullable: true,
      },
    },
    key: ['symbol', 'session', 'feature', 'test', 'bars_sha256'],
    sql: ({
      relation,
      identifier,
    }) => `SELECT s.symbol, s.session, s.${identifier('column')} AS feature, s.test, s.bars_sha256,
  s.score, s.threshold, s.score / NULLIF(s.threshold, 0) AS score_to_threshold, s.rule, s.drifted, s.alarmed, d.decision
FROM ${relation(driftScores.name)} s
LEFT JOIN (SELECT symbol, session, MAX(decision) AS decision FROM ${relation(modelDecisions.name)}
  WHERE trigger = 'drift-detected' GROUP BY symbol, session) d ON d.symbol = s.symbol AND d.session = s.session`,
  }),
  pipelineHealth: defineView({
    name: 'pipeline_health',
    description: 'How far each symbol’s cascade came, what became of it, and how long it took.',
    columns: {
      session: tables.bars.columns.session,
      exchange: events.columns.exchange,
      symbol: tables.bars.columns.symbol,
      correlation_id: events.columns.correlation_id,
      state: {
        type: 'text',
        description: 'forecast, abstained, failed (in the dead letters) or unfinished.',
      },
      messages: { type: 'integer', description: 'Messages of the cascade so far.' },
      open_dead_letters: { type: 'integer', description: 'Dead letters of it that were not sent again.' },
      dead_letter_reason: { type: 'text', description: 'Reason of one of them.', nullable: true },
      started_at: {
        type: 'timestamp',
        description: 'When Pub/Sub accepted its first message for the symbol.',
        processing: true,
      },
      ended_at: { type: 'timestamp', description: 'When it accepted the last one so far.', processing: true },
      milliseconds: { type: 'integer', description: 'Between the two.', processing: true },
    },
    key: ['session', 'symbol', 'correlation_id'],
    sql: ({ relation, millisecondsBetween }) => `SELECT e.session, e.exchange, e.symbol, e.correlation_id,
  CASE WHEN e.forecasts > 0 THEN 'forecast' WHEN e.made > 0 THEN 'abstained'
    WHEN d.open_dead_letters > 0 THEN 'failed' ELSE 'unfinished' END AS state,
  e.messages, COALESCE(d.open_dead_letters, 0) AS open_dead_letters, d.reason AS dead_letter_reason,
  e.started_at, e.ended_at, ${millisecondsBetween('e.started_at', 'e.ended_at')} AS milliseconds
FROM (
  SELECT session, MIN(exchange) AS exchange, symbol, correlation_id, COUNT(*) AS messages,
    SUM(CASE WHEN topic = 'forecast-made' THEN 1 ELSE 0 END) AS made,
    SUM(CASE WHEN topic = 'forecast-made' AND data LIKE '%"outcome":"forecast"%' THEN 1 ELSE 0 END) AS forecasts,
    MIN(published_at) AS started_at, MAX(published_at) AS ended_at
  FROM ${relation(events.name)} WHERE symbol IS NOT NULL AND session IS NOT NULL
  GROUP BY session, symbol, correlation_id) e
LEFT JOIN (
  SELECT l.correlation_id, l.subject, COUNT(*) AS open_dead_letters, MIN(l.reason) AS reason
  FROM ${relation(tables.deadLetters.name)} l
  LEFT JOIN ${relation(tables.redrives.name)} r ON r.dead_letter_id = l.id
  WHERE r.dead_letter_id IS NULL
  GROUP BY l.correlation_id, l.subject) d ON d.correlation_id = e.correlation_id AND d.subject = e.symbol`,
  }),
} as const;
