import { defineTable } from './table';

const symbol = { type: 'text', description: 'Ticker symbol.' } as const;
const exchange = { type: 'text', description: 'Exchange, by market identifier code.' } as const;
const session = { type: 'date', description: 'Session at whose close this was known.' } as const;
const originSession = {
  type: 'date',
  description: 'Forecast origin: the last session that the forecast knew.',
} as const;
const horizon = { type: 'integer', description: 'Sessions ahead, 1 to 10.' } as const;
const modelVersion = { type: 'integer', description: 'Version in the registry; 0 for the baseline.' } as const;
const messageIdentity = { type: 'text', description: 'CloudEvents id of the message that brought it.' } as const;
const recordedAt = { type: 'timestamp', description: 'When the row was written.', processing: true } as const;

const quantiles = {
  quantiles: { type: 'floats', description: 'Price at each level k/40, k = 1 to 39.' },
  p05: { type: 'float', description: 'Lower end of the 90 % interval, a price.' },
  p25: { type: 'float', description: 'Lower quartile, a price.' },
  p75: { type: 'float', description: 'Upper quartile, a price.' },
  p95: { type: 'float', description: 'Upper end of the 90 % interval, a price.' },
} as const;

/**
 * Every table of the warehouse, from which each adapter makes its own and `closing-bell setup` BigQuery's. Only the monitor writes them.
 * A column that is added must be nullable, and none is ever removed or given another type: warehouses of older releases are brought forward.
 */
export const tables = {
  events: defineTable({
    name: 'events',
    description:
      'Every message of every cascade, once a cascade; failed attempts to handle one have a table of their own.',
    columns: {
      correlation_id: { type: 'text', description: 'Id of the message that started the cascade.' },
      message_id: messageIdentity,
      causation_id: { type: 'text', description: 'Id of the message that caused this one.', nullable: true },
      topic: { type: 'text', description: 'Topic.' },
      type: { type: 'text', description: 'CloudEvents type.' },
      source: { type: 'text', description: 'Who said it.' },
      exchange,
      symbol: { type: 'text', description: 'Ticker symbol; none on a market close.', nullable: true },
      session: { type: 'date', description: 'Session it is about; none on a day that was no session.', nullable: true },
      trigger: {
        type: 'text',
        description: 'What made the trainer decide, on a model and its forecast.',
        nullable: true,
      },
      data: { type: 'json', description: 'The payload.' },
      said_at: { type: 'timestamp', description: 'When it was said.', processing: true },
      published_at: { type: 'timestamp', description: 'When Pub/Sub accepted it.', processing: true },
      cause_attempt: {
        type: 'integer',
        description:
          'Which delivery of the message that caused it was handled; none where nothing did, and on rows of release 0.1.',
        nullable: true,
        processing: true,
      },
      cause_started_at: {
        type: 'timestamp',
        description:
          'When the handling of the message that caused it began; none where nothing did, and on rows of release 0.1.',
        nullable: true,
        processing: true,
      },
      trace_id: {
        type: 'text',
        description: 'W3C trace of the cascade, 32 hexadecimal digits; none where its publisher traced nothing.',
        nullable: true,
        processing: true,
      },
      recorded_at: recordedAt,
    },
    key: ['correlation_id', 'message_id'],
    partitionBy: 'session',
  }),
  marketCloses: defineTable({
    name: 'market_closes',
    description: 'Every market-closed message and the session that it meant, or why it meant none.',
    columns: {
      correlation_id: { type: 'text', description: 'Id of the message.' },
      exchange,
      session: { type: 'date', description: 'Session that closed.', nullable: true },
      detail: { type: 'text', description: 'Why there was no session; empty where there was one.' },
      recorded_at: recordedAt,
    },
    key: ['correlation_id'],
  }),
  bars: defineTable({
    name: 'bars',
    description: 'The bar of each session as it was known at its own close.',
    columns: {
      symbol,
      session,
      open: { type: 'float', description: 'Price.' },
      high: { type: 'float', description: 'Price.' },
      low: { type: 'float', description: 'Price.' },
      close: { type: 'float', description: 'Price.' },
      volume: { type: 'float', description: 'Shares traded; none where the source has none.', nullable: true },
      source: { type: 'text', description: 'Market-data source.' },
      snapshot_uri: { type: 'text', description: 'Snapshot that holds it and all before.' },
      snapshot_sha256: { type: 'text', description: 'Hash of the snapshot.' },
      repairs: { type: 'integer', description: 'Rows that a cleaning rule repaired in the snapshot.' },
      recorded_at: recordedAt,
    },
    key: ['symbol', 'session'],
    partitionBy: 'session',
  }),
  forecasts: defineTable({
    name: 'forecasts',
    description: 'Every forecast, one row a horizon and model version.',
    columns: {
      symbol,
      origin_session: originSession,
      horizon,
      model_version: modelVersion,
      forecaster: { type: 'text', description: 'What made it, such as lstm or rolling-quantile.' },
      target_session: { type: 'date', description: 'Session that is forecast.' },
      origin_close: { type: 'float', description: 'Close at the origin: what “tomorrow = today” forecasts.' },
      point: { type: 'float', description: 'Median, a price.' },
      ...quantiles,
      forecast_uri: { type: 'text', description: 'The forecast’s file.' },
      forecast_sha256: { type: 'text', description: 'Hash of the file.' },
      message_id: messageIdentity,
      recorded_at: recordedAt,
    },
    key: ['symbol', 'origin_session', 'horizon', 'model_version'],
    partitionBy: 'origin_session',
  }),
  abstentions: defineTable({
    name: 'abstentions',
    description: 'Every time that a forecaster abstained, and why.',
    columns: {
      symbol,
      session,
      trigger: { type: 'text', description: 'features-computed or drift-detected.' },
      model_version: modelVersion,
      code: { type: 'text', description: 'Reason, such as stale-bars; unspecified where release 0.1 gave none.' },
      detail: { type: 'text', description: 'The reason with its numbers.' },
      message_id: messageIdentity,
      recorded_at: recordedAt,
    },
    key: ['message_id'],
    partitionBy: 'session',
  }),
  outcomes: defineTable({
    name: 'outcomes',
    description: 'Matured forecasts against what happened and against “tomorrow = today”.',
    columns: {
      symbol,
      origin_session: originSession,
      horizon,
      model_version: modelVersion,
      target_session: { type: 'date', description: 'Session that was forecast.' },
      actual_close: { type: 'float', description: 'Close of the target session as known then.' },
      error: { type: 'float', description: 'Point minus actual, a price.' },
      naive_error: { type: 'float', description: 'Origin’s close minus actual, a price.' },
      crps: { type: 'float', description: 'Continuous ranked probability score of the log return; lower is better.' },
      naive_crps: { type: 'float', description: 'The same of “tomorrow = today”.' },
      inside_90: { type: 'boolean', description: 'Whether the 90 % interval held the actual close.' },
      recorded_at: recordedAt,
    },
    key: ['symbol', 'origin_session', 'horizon', 'model_version'],
    partitionBy: 'target_session',
  }),
  modelDecisions: defineTable({
    name: 'model_decisions',
    description: 'What the trainer decided at each close, and why.',
    columns: {
      symbol,
      session,
      trigger: { type: 'text', description: 'features-computed or drift-detected.' },
      decision: { type: 'text', description: 'kept, promoted, rejected or baseline.' },
      reasons: { type: 'json', description: 'Codes and sentences.' },
      reason_codes: {
        type: 'text',
        description: 'The codes alone, separated by commas; none on decisions of release 0.1.',
        nullable: true,
      },
      model_version: modelVersion,
      record_uri: { type: 'text', description: 'The full record with the scores.' },
      record_sha256: { type: 'text', description: 'Hash of the record.' },
      message_id: messageIdentity,
      recorded_at: recordedAt,
    },
    key: ['message_id'],
    partitionBy: 'session',
  }),
  driftScores: defineTable({
    name: 'drift_scores',
    description: 'Drift of the current window from the reference window, by column and test.',
    columns: {
      symbol,
      session,
      column: { type: 'text', description: 'Feature that is watched.' },
      test: { type: 'text', description: 'Distance that is measured, or Evidently’s name of its test.' },
      score: { type: 'float', description: 'The distance, or a test’s p-value.' },
      threshold: { type: 'float', description: 'Above it a distance means drift; of a p-value, up to it.' },
      alarmed: { type: 'boolean', description: 'Whether an alarm was raised: by the calibrated rule alone.' },
      bars_sha256: { type: 'text', description: 'Hash of the bars that it was measured on.' },
      rule: {
        type: 'text',
        description:
          'calibrated, which alarms, or evidently-default, which is shown beside it; none on rows of release 0.1.',
        nullable: true,
      },
      drifted: {
        type: 'boolean',
        description: 'What the test itself says; none on rows of release 0.1.',
        nullable: true,
      },
      recorded_at: recordedAt,
    },
    key: ['symbol', 'session', 'column', 'test', 'bars_sha256'],
    partitionBy: 'session',
  }),
  deadLetters: defineTable({
    name: 'dead_letters',
    description: 'Messages that could not be handled, as they came, with the reason.',
    columns: {
      id: { type: 'text', description: 'Id of the dead letter.' },
      reason: { type: 'text', description: 'Code, such as invalid-payload.' },
      detail: { type: 'text', description: 'What happened, to what, and what to do.' },
      subscription: { type: 'text', description: 'Subscription that gave it up.' },
      topic: { type: 'text', description: 'Topic to send it back to.' },
      attempts: { type: 'integer', description: 'Deliveries before it was given up.' },
      message_id: { type: 'text', description: 'CloudEvents id of the message.' },
      type: { type: 'text', description: 'CloudEvents type of the message.' },
      correlation_id: { type: 'text', description: 'Cascade it belonged to.' },
      subject: { type: 'text', description: 'Symbol or exchange.' },
      session: { type: 'date', description: 'Session, where the payload says one.', nullable: true },
      attributes: { type: 'json', description: 'The message’s attributes.' },
      data: { type: 'text', description: 'The message’s bytes in base64.' },
      ordering_key: { type: 'text', description: 'The message’s ordering key.' },
      published_at: { type: 'timestamp', description: 'When it was dead-lettered.', processing: true },
      recorded_at: recordedAt,
    },
    key: ['id'],
  }),
  failedAttempts: defineTable({
    name: 'failed_attempts',
    description:
      'Every handling of a message that failed and was to be tried again, as far as its service could still say so.',
    columns: {
      correlation_id: { type: 'text', description: 'Cascade of the message.' },
      message_id: { type: 'text', description: 'CloudEvents id of the message that was handled.' },
      subscription: { type: 'text', description: 'Subscription that delivered it.' },
      attempt: { type: 'integer', description: 'Which delivery it was, from 1.' },
      subject: { type: 'text', description: 'Symbol or exchange.' },
      session: { type: 'date', description: 'Session, where the message says one.', nullable: true },
      error: { type: 'text', description: 'What failed, in one line.' },
      started_at: { type: 'timestamp', description: 'When the handling began.', processing: true },
      failed_at: { type: 'timestamp', description: 'When it failed.', processing: true },
      recorded_at: recordedAt,
    },
    key: ['correlation_id', 'message_id', 'subscription', 'attempt'],
    partitionBy: 'session',
  }),
  actions: defineTable({
    name: 'actions',
    description: 'What people asked for through the API: replays, redrives, appointments of models.',
    columns: {
      id: { type: 'text', description: 'Id of the request.' },
      action: { type: 'text', description: 'replay, redrive or promote.' },
      subject: { type: 'text', description: 'Symbol, exchange or dead letter that it was about.' },
      request: { type: 'json', description: 'What was asked for.' },
      outcome: { type: 'text', description: 'done or refused.' },
      detail: { type: 'text', description: 'What came of it, in one sentence.' },
      asked_at: { type: 'timestamp', description: 'When it was asked.', processing: true },
      recorded_at: recordedAt,
    },
    key: ['id'],
  }),
  redrives: defineTable({
    name: 'redrives',
    description: 'Dead letters that were sent again.',
    columns: {
      dead_letter_id: { type: 'text', description: 'Id of the dead letter.' },
      recorded_at: recordedAt,
    },
    key: ['dead_letter_id'],
  }),
} as const;
