import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type CascadeRun, type RunState } from './answers';
import { type CascadeRecord, type DeadLetterRow, type EventRow, type FailedAttemptRow, stepsOf } from './cascade-steps';
import { OPEN_DEAD_LETTERS } from './dead-letters.queries';
import { Reader } from './reader';
import { secondsBetween } from './run.queries';

interface CascadeQuestion {
  readonly session: string;
  readonly symbol: string;
  readonly correlation: string | undefined;
}

/** One symbol's cascade at one session, from everything that was recorded of it. */
@Injectable()
export class CascadeQueries {
  constructor(@Inject(Reader) private readonly reader: Reader) {}

  async cascade({ session, symbol, correlation }: CascadeQuestion): Promise<CascadeRun> {
    const all = await this.reader.query<EventRow & { correlation_id: string }>(
      `SELECT correlation_id, message_id, causation_id, topic, trigger, symbol, data, published_at, cause_attempt, cause_started_at,
              trace_id, recorded_at
       FROM events WHERE session = CAST(@session AS DATE) AND (symbol = @symbol OR symbol IS NULL) ORDER BY published_at`,
      { session, symbol },
    );
    const ids = [...new Set(all.filter((event) => concerns(event, symbol)).map((event) => event.correlation_id))];
    const id = correlation ?? ids.at(-1);
    if (id === undefined || !ids.includes(id)) {
      const which = correlation === undefined ? '' : ` in the cascade ${correlation}`;
      throw new NotFoundException(`${symbol} was not run at ${session}${which}; replay it first`);
    }
    const record = await this.recordOf({ session, symbol, id });
    const events = all.filter((event) => event.correlation_id === id);
    const steps = stepsOf({ ...record, events });
    const state = stateOf(steps);
    const startedAt = events[0]?.published_at ?? null;
    const endedAt = endOf(state, steps);
    return {
      symbol,
      session,
      correlationId: id,
      traceId: events.find(({ trace_id }) => trace_id !== null)?.trace_id ?? null,
      state,
      startedAt,
      endedAt,
      seconds: startedAt === null || endedAt === null ? null : secondsBetween(startedAt, endedAt),
      steps,
      others: ids.filter((other) => other !== id),
    };
  }

  /** What is known of a cascade beside its messages. */
  private async recordOf(cascade: {
    readonly session: string;
    readonly symbol: string;
    readonly id: string;
  }): Promise<Omit<CascadeRecord, 'events'>> {
    const { session, symbol, id } = cascade;
    const [letters, failures, scores] = await Promise.all([
      this.reader.query<DeadLetterRow>(
        `SELECT id, message_id, subscription, detail, attempts, subject, published_at FROM (${OPEN_DEAD_LETTERS}) AS open_letters
         WHERE correlation_id = @id ORDER BY published_at`,
        { id },
      ),
      // A message that says no session, such as a scheduler's close, has attempts without one.
      this.reader.query<FailedAttemptRow>(
        `SELECT message_id, subscription, attempt, subject, error, started_at, failed_at FROM failed_attempts
         WHERE (session = CAST(@session AS DATE) OR session IS NULL) AND correlation_id = @id ORDER BY failed_at`,
        { session, id },
      ),
      this.reader.query<{ scores: number; alarms: number }>(
        `SELECT COUNT(*) AS scores, COALESCE(SUM(CASE WHEN alarmed THEN 1 ELSE 0 END), 0) AS alarms
         FROM drift_scores WHERE session = CAST(@session AS DATE) AND symbol = @symbol`,
        { session, symbol },
      ),
    ]);
    return { letters, failures, driftScores: scores[0]?.scores ?? 0, driftAlarms: scores[0]?.alarms ?? 0 };
  }
}

/** A close that names no symbols may still concern one: then the messages of the symbol itself tell. */
function concerns({ symbol, topic, data }: EventRow, asked: string): boolean {
  if (symbol !== null) return symbol === asked;
  return topic === 'market-closed' && ((JSON.parse(data) as { symbols?: string[] }).symbols ?? []).includes(asked);
}

/** The state of the whole, by what needs somebody most. */
function stateOf(steps: CascadeRun['steps']): RunState {
  const states = steps.map(({ state }) => state);
  for (const state of ['failed', 'retrying', 'running'] as const) if (states.includes(state)) return state;
  if (states.includes('waiting')) return 'running';
  return states.includes('abstained') ? 'abstained' : 'done';
}

function endOf(state: RunState, steps: CascadeRun['steps']): string | null {
  if (state !== 'done' && state !== 'abstained') return null;
  const ends = steps.map(({ endedAt }) => endedAt).filter((time) => time !== null);
  return ends.sort().at(-1) ?? null;
}
