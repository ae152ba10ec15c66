// The decorators of the payload classes need it; whoever imports a contract should not have to know.
import 'reflect-metadata';

export { canonicalJson } from './canonical-json';
export { type Contract, defineContract, parseType } from './contract';
export { ENVELOPE_ATTRIBUTES, type Envelope, type Handling, HANDLING_ATTRIBUTES, traceIdOf } from './envelope';
export { messageId } from './identity';
export { attemptFailed, AttemptFailed, MOST_ERROR_BYTES } from './messages/attempt-failed';
export { barsIngested, BarsIngested } from './messages/bars-ingested';
export { DEAD_LETTER_ATTRIBUTES, type DeadLetter, REDRIVE_ATTRIBUTE } from './messages/dead-letter';
export { ColumnDrift, driftDetected, DriftDetected } from './messages/drift-detected';
export { featuresComputed, FeaturesComputed } from './messages/features-computed';
export { ABSTENTION_CODES, type AbstentionCode, forecastMade, ForecastMade } from './messages/forecast-made';
export { ingestionRequested, IngestionRequested } from './messages/ingestion-requested';
export { marketClosed, MarketClosed } from './messages/market-closed';
export {
  type Decision,
  DecisionReason,
  modelReady,
  ModelReady,
  ModelVersion,
  type Trigger,
  TRIGGERS,
} from './messages/model-ready';
export { Reference } from './messages/reference';
export { PermanentError } from './permanent-error';
export { aboutOf, type SymbolSession } from './messages/symbol-session';
export { EXCHANGE_PATTERN, isDay, MOST_SEARCH_TRIALS, SYMBOL_PATTERN } from './rules';
export {
  allSubscriptions,
  contracts,
  DEAD_LETTER_TOPIC,
  MAX_MESSAGE_BYTES,
  publications,
  type ServiceName,
  SERVICES,
  type Subscription,
  subscriptions,
  topics,
} from './topology';
export { validate } from './validation';
