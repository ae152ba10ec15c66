import { type Subscription, subscriptions } from '@closing-bell/contracts';
import { type Attempt, type RunState, type Step } from './answers';
import { secondsBetween } from './run.queries';

export interface EventRow {
  readonly message_id: string;
  readonly causation_id: string | null;
  readonly topic: string;
  readonly trigger: string | null;
  readonly symbol: string | null;
  readonly data: string;
  readonly published_at: string;
  readonly cause_attempt: number | null;
  readonly cause_started_at: string | null;
  readonly trace_id: string | null;
  readonly recorded_at: string;
}

export interface DeadLetterRow {
  readonly id: string;
  readonly message_id: string;
  readonly subscription: string;
  readonly detail: string;
  readonly attempts: number;
  readonly subject: string;
  readonly published_at: string;
}

export interface FailedAttemptRow {
  readonly message_id: string;
  readonly subscription: string;
  readonly attempt: number;
  readonly subject: string;
  readonly error: string;
  readonly started_at: string;
  readonly failed_at: string;
}

/** All that was recorded of one symbol's cascade. */
export interface CascadeRecord {
  /** Oldest first; the close, which is of no symbol, among them. */
  readonly events: readonly EventRow[];
  /** Dead letters that nobody has sent again. */
  readonly letters: readonly DeadLetterRow[];
  readonly failures: readonly FailedAttemptRow[];
  /** Of the symbol at the session. */
  readonly driftScores: number;
  readonly driftAlarms: number;
}

/** A message of the cascade by its topic, and by what made the trainer decide where that tells two apart. */
interface Said {
  readonly topic: string;
  readonly trigger?: string;
}

/** A step as it is in every cascade: which message it handles, and which one it says. */
interface Definition {
  readonly id: string;
  readonly name: string;
  readonly subscription: Subscription;
  readonly after: readonly string[];
  readonly handles: Said;
  /** Nothing where the step ends in the warehouse. */
  readonly says?: Said;
}

const ORDINARY = 'features-computed';
const DRIFT = 'drift-detected';
const { ingestor, featureService, trainer, predictor, monitor } = subscriptions;

const STEPS: readonly Definition[] = [
  {
    ...{ id: 'announce', name: 'announce', subscription: ingestor.marketClosed, after: [] },
    ...{ handles: { topic: 'market-closed' }, says: { topic: 'ingestion-requested' } },
  },
  {
    ...{ id: 'fetch-bars', name: 'fetch bars', subscription: ingestor.ingestionRequested, after: ['announce'] },
    ...{ handles: { topic: 'ingestion-requested' }, says: { topic: 'bars-ingested' } },
  },
  {
    ...{ id: 'compute-features', name: 'compute features', subscription: featureService.barsIngested },
    ...{ after: ['fetch-bars'], handles: { topic: 'bars-ingested' }, says: { topic: 'features-computed' } },
  },
  {
    ...{ id: 'decide', name: 'decide', subscription: trainer.featuresComputed, after: ['compute-features'] },
    ...{ handles: { topic: 'features-computed' }, says: { topic: 'model-ready', trigger: ORDINARY } },
  },
  {
    ...{ id: 'forecast', name: 'forecast', subscription: predictor.modelReady, after: ['decide'] },
    handles: { topic: 'model-ready', trigger: ORDINARY },
    says: { topic: 'forecast-made', trigger: ORDINARY },
  },
  {
    ...{ id: 'measure-drift', name: 'measure drift', subscription: monitor.forecastMade, after: ['forecast'] },
    ...{ handles: { topic: 'forecast-made', trigger: ORDINARY }, says: { topic: 'drift-detected' } },
  },
  {
    ...{ id: 'decide-after-drift', name: 'decide after drift', subscription: trainer.driftDetected },
    ...{
      after: ['measure-drift'],
      handles: { topic: 'drift-detected' },
      says: { topic: 'model-ready', trigger: DRIFT },
    },
  },
  {
    ...{ id: 'forecast-after-drift', name: 'forecast after drift', subscription: predictor.modelReady },
    after: ['decide-after-drift'],
    handles: { topic: 'model-ready', trigger: DRIFT },
    says: { topic: 'forecast-made', trigger: DRIFT },
  },
  {
    ...{
      id: 'record',
      name: 'record',
      subscription: monitor.forecastMade,
      after: ['measure-drift', 'forecast-after-drift'],
    },
    handles: { topic: 'forecast-made' },
  },
];

/** The steps of a cascade, each as far as it has come. */
export function stepsOf(record: CascadeRecord): Step[] {
  const steps = new Map<string, Step>();
  for (const definition of STEPS) steps.set(definition.id, stepOf(definition, record, steps));
  return [...steps.values()];
}

function stepOf(definition: Definition, record: CascadeRecord, before: ReadonlyMap<string, Step>): Step {
  const { id, name, subscription, after, handles, says } = definition;
  // After an alarm the second forecast is the last, and the one to wait for.
  const isLast = id === 'record' && !isDriftCalm(record);
  const handled = lastOf(record, isLast ? { ...handles, trigger: DRIFT } : handles);
  const said = says && causedBy(record, says, handled);
  const failures = failuresOf(definition, record, handled);
  const letter = letterOf(definition, record, handled);
  const skipped = isSkipped(definition, record, before);
  // What a step does beside speaking ends when the message it handles is recorded, which is the last thing that is done.
  const ended =
    says && id !== 'measure-drift' ? said?.published_at : (said?.published_at ?? recordedEnd(id, record, handled));
  const startedAt = said?.cause_started_at ?? null;
  const state = skipped ? 'skipped' : stateOf({ definition, handled, said, ended, failures, letter });
  const endedAt = state === 'done' || state === 'abstained' ? (ended ?? null) : null;
  return {
    ...{ id, name, service: subscription.service, subscription: subscription.name },
    messageId: skipped ? null : (handled?.message_id ?? null),
    after: [...after],
    state,
    publishedAt: skipped ? null : (handled?.published_at ?? null),
    startedAt,
    endedAt,
    waitedSeconds: startedAt === null || !handled ? null : secondsBetween(handled.published_at, startedAt),
    seconds: startedAt === null || endedAt === null ? null : secondsBetween(startedAt, endedAt),
    attempts: attemptsOf({ state, said, failures, letter }),
    failures,
    summary: summaryOf(definition, { record, handled, said, state, letter, failures }),
    deadLetterId: letter?.id ?? null,
  };
}

interface Progress {
  readonly handled: EventRow | undefined;
  readonly said: EventRow | undefined;
  readonly failures: readonly Attempt[];
  readonly letter: DeadLetterRow | undefined;
}

function stateOf({
  definition,
  handled,
  said,
  ended,
  failures,
  letter,
}: Progress & {
  readonly definition: Definition;
  readonly ended: string | undefined;
}): RunState {
  const failedAt = failures.at(-1)?.endedAt ?? '';
  if (ended !== undefined && failedAt <= ended) {
    const abstained = definition.says?.topic === 'forecast-made' && outcomeOf(said) === 'abstained';
    return abstained ? 'abstained' : 'done';
  }
  if (letter) return 'failed';
  if (failures.length > 0) return 'retrying';
  return handled ? 'running' : 'waiting';
}

/** When a step that ends in the warehouse had ended; undefined before. */
function recordedEnd(id: string, record: CascadeRecord, handled: EventRow | undefined): string | undefined {
  if (!handled) return undefined;
  if (id === 'measure-drift') return isDriftCalm(record) ? handled.recorded_at : undefined;
  return handled.recorded_at;
}

/** Whether no alarm followed from the session's ordinary forecast. */
function isDriftCalm(record: CascadeRecord): boolean {
  return record.driftAlarms === 0 && !lastOf(record, { topic: 'drift-detected' });
}

/** Drift is measured of a forecast alone; what follows an alarm is left out without one. */
function isSkipped({ id }: Definition, record: CascadeRecord, before: ReadonlyMap<string, Step>): boolean {
  if (id === 'measure-drift') return before.get('forecast')?.state === 'abstained';
  if (id !== 'decide-after-drift' && id !== 'forecast-after-drift') return false;
  const measured = before.get('measure-drift')?.state;
  return measured === 'skipped' || (measured === 'done' && isDriftCalm(record));
}

/** The last message of a kind; of forecasts without a trigger, the one after drift is later. */
function lastOf({ events }: CascadeRecord, { topic, trigger }: Said): EventRow | undefined {
  return events.findLast((event) => event.topic === topic && (trigger === undefined || event.trigger === trigger));
}

/** What was said on handling a message; where that is not known to have caused it, the last of its kind. */
function causedBy(record: CascadeRecord, says: Said, handled: EventRow | undefined): EventRow | undefined {
  const { events } = record;
  const caused = events.findLast(
    ({ causation_id, topic, trigger }) =>
      causation_id === handled?.message_id &&
      topic === says.topic &&
      (says.trigger === undefined || trigger === says.trigger),
  );
  return caused ?? lastOf(record, says);
}

function failuresOf({ subscription }: Definition, record: CascadeRecord, handled: EventRow | undefined): Attempt[] {
  return record.failures
    .filter((failure) => failure.subscription === subscription.name && failure.message_id === handled?.message_id)
    .map(({ attempt, started_at, failed_at, error }) => ({
      attempt,
      startedAt: started_at,
      endedAt: failed_at,
      error,
    }));
}

function letterOf(
  { subscription }: Definition,
  { letters }: CascadeRecord,
  handled: EventRow | undefined,
): DeadLetterRow | undefined {
  return letters.findLast(
    (letter) => letter.subscription === subscription.name && letter.message_id === handled?.message_id,
  );
}

function attemptsOf({
  state,
  said,
  failures,
  letter,
}: Pick<Progress, 'said' | 'failures' | 'letter'> & { readonly state: Step['state'] }): number {
  if (state === 'waiting' || state === 'skipped') return 0;
  const failed = Math.max(0, ...failures.map(({ attempt }) => attempt));
  return Math.max(1, said?.cause_attempt ?? 0, failed, letter?.attempts ?? 0);
}

/** What a message may say; which of it, depends on its kind. */
interface Payload {
  readonly symbols?: readonly string[];
  readonly rows?: number;
  readonly source?: string;
  readonly repairs?: number;
  readonly revised?: boolean;
  readonly decision?: string;
  readonly reasons?: readonly { readonly code: string }[];
  readonly model?: { readonly version: number };
  readonly outcome?: string;
  readonly abstention?: string;
  readonly columns?: readonly {
    readonly column: string;
    readonly test: string;
    readonly score: number;
    readonly threshold: number;
  }[];
}

function payloadOf(event: EventRow | undefined): Payload {
  return event ? (JSON.parse(event.data) as Payload) : {};
}

function outcomeOf(event: EventRow | undefined): string | undefined {
  return payloadOf(event).outcome;
}

function summaryOf(
  { id }: Definition,
  {
    record,
    handled,
    said,
    state,
    letter,
    failures,
  }: Progress & { readonly record: CascadeRecord; readonly state: Step['state'] },
): string {
  if (state === 'failed') return letter?.detail ?? '';
  if (state === 'retrying') return failures.at(-1)?.error ?? '';
  if (state === 'skipped' || state === 'waiting' || state === 'running') return '';
  const payload = payloadOf(said);
  switch (id) {
    case 'announce': {
      const symbols = payloadOf(handled).symbols?.length;
      if (symbols === undefined) return 'Every configured symbol was asked for.';
      return symbols === 1 ? 'This symbol alone was asked for.' : `${symbols} symbols were asked for.`;
    }
    case 'fetch-bars':
      return `${payload.rows} bars from ${payload.source}, ${payload.repairs} repaired${payload.revised ? '; the past was revised' : ''}.`;
    case 'compute-features':
      return `${payload.rows} rows of features.`;
    case 'decide':
    case 'decide-after-drift':
      return `${payload.decision}${versionOf(payload)}: ${(payload.reasons ?? []).map(({ code }) => code).join(', ')}.`;
    case 'forecast':
    case 'forecast-after-drift':
      return payload.outcome === 'abstained' ? (payload.abstention ?? '') : `Ten sessions ahead${versionOf(payload)}.`;
    case 'measure-drift':
      return said
        ? `Alarm: ${(payload.columns ?? []).map(({ column, test, score, threshold }) => `${column} ${test} ${score.toFixed(3)} above ${threshold.toFixed(3)}`).join('; ')}.`
        : `No alarm among ${record.driftScores} scores.`;
    default:
      return 'Recorded in the warehouse.';
  }
}

function versionOf({ model }: Payload): string {
  return model ? `, version ${model.version}` : '';
}
