import {
  type AttemptFailed,
  type BarsIngested,
  type DriftDetected,
  type FeaturesComputed,
  type ForecastMade,
  type IngestionRequested,
  type MarketClosed,
  type ModelReady,
} from '../src';

const sha256 = 'a'.repeat(64);
const reference = (path: string) => ({ uri: `file:///objects/${path}`, sha256 });
const about = { exchange: 'XNYS', symbol: '^GSPC', session: '2020-03-16', forceRetrain: false };

/** A valid payload of each message, by its contract's name. */
export const examples = {
  'market-closed': { exchange: 'XNYS', session: '2020-03-16' } satisfies MarketClosed,
  'ingestion-requested': about satisfies IngestionRequested,
  'bars-ingested': {
    ...about,
    bars: reference('bars.json'),
    source: 'sample',
    rows: 5084,
    firstSession: '2000-01-03',
    repairs: 0,
    revised: false,
  } satisfies BarsIngested,
  'features-computed': {
    ...about,
    bars: reference('bars.json'),
    features: reference('features.json'),
    featureSetHash: sha256,
    rows: 5084,
  } satisfies FeaturesComputed,
  'model-ready': {
    ...about,
    trigger: 'features-computed',
    decision: 'promoted',
    reasons: [{ code: 'no-champion', detail: 'no model of ^GSPC was ever promoted' }],
    record: reference('decision.json'),
    bars: reference('bars.json'),
    features: reference('features.json'),
    featureSetHash: sha256,
    model: { name: '^GSPC', version: 1, artifact: reference('model.json') },
  } satisfies ModelReady,
  'forecast-made': {
    ...about,
    trigger: 'features-computed',
    outcome: 'forecast',
    forecast: reference('forecast.json'),
    bars: reference('bars.json'),
    features: reference('features.json'),
    featureSetHash: sha256,
    model: { name: '^GSPC', version: 1, artifact: reference('model.json') },
  } satisfies ForecastMade,
  'drift-detected': {
    ...about,
    columns: [{ column: 'log_return', test: 'ks-distance', score: 0.41, threshold: 0.3 }],
    bars: reference('bars.json'),
    features: reference('features.json'),
    featureSetHash: sha256,
  } satisfies DriftDetected,
  'attempt-failed': {
    exchange: 'XNYS',
    subject: '^GSPC',
    session: '2020-03-16',
    subscription: 'ingestor.ingestion-requested',
    messageId: 'b'.repeat(32),
    attempt: 2,
    error: 'SourceUnavailableError: Yahoo Finance answered 500',
    startedAt: '2020-03-16T20:15:00.250Z',
    failedAt: '2020-03-16T20:15:01.000Z',
  } satisfies AttemptFailed,
} as const;
