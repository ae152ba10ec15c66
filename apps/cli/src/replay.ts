import { marketClosed } from '@closing-bell/contracts';
import { message } from '@closing-bell/messaging';
import { type Connection } from './connection';
import { MonitorUnreachableError } from './monitor-client';
import { CommandError } from './terminal';

/** What the monitor says of a cascade; see its API. */
interface CascadeProgress {
  readonly recorded: boolean;
  readonly session: string | null;
  readonly detail: string;
  readonly symbols: readonly {
    readonly symbol: string;
    readonly state: 'done' | 'failed' | 'running';
    readonly step: string;
    readonly detail: string;
  }[];
}

export interface ReplayRequest {
  readonly exchange: string;
  /** Sessions, oldest first. */
  readonly sessions: readonly string[];
  readonly symbols: readonly string[];
  readonly forceRetrain: boolean;
  readonly searchTrials?: number | undefined;
  /** How long one close may take. */
  readonly limitMilliseconds: number;
  readonly onClose?: (session: string) => void;
}

export interface ReplayFailure {
  readonly session: string;
  readonly symbol: string;
  readonly detail: string;
}

const POLL_MILLISECONDS = 25;
// A monitor that crashed is back within seconds; its supervisor's longest pause is half a minute.
const UNREACHABLE_LIMIT_MILLISECONDS = 60_000;

/**
 * Publishes past closes, each when the cascade of the one before has ended: a decision at a close knows what drift was found
 * at the one before, as it would have in its own time. Returns what failed; a failure does not stop the closes after it.
 */
export async function replay({ monitor, publisher }: Connection, request: ReplayRequest): Promise<ReplayFailure[]> {
  const { exchange, sessions, symbols, forceRetrain, searchTrials, limitMilliseconds, onClose } = request;
  const failures: ReplayFailure[] = [];
  for (const session of sessions) {
    const close = {
      exchange,
      session,
      symbols: [...symbols],
      ...(forceRetrain ? { forceRetrain } : {}),
      ...(searchTrials === undefined ? {} : { searchTrials }),
    };
    const id = await publisher.publish(message(marketClosed, close));
    const ended = await untilEnded(id, session);
    for (const { symbol, state, detail } of ended.symbols)
      if (state === 'failed') failures.push({ session, symbol, detail });
    onClose?.(session);
  }
  return failures;

  async function untilEnded(id: string, session: string): Promise<CascadeProgress> {
    const deadline = Date.now() + limitMilliseconds;
    let answeredAt = Date.now();
    for (;;) {
      const askedAt = Date.now();
      const progress = await progressOf(id, answeredAt);
      if (progress === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10 * POLL_MILLISECONDS));
        continue;
      }
      answeredAt = Date.now();
      if (progress.recorded && progress.session === null) throw new CommandError(progress.detail);
      const ended = progress.symbols.filter(({ state }) => state !== 'running');
      if (ended.length >= symbols.length) return progress;
      if (Date.now() > deadline) {
        const steps = progress.symbols.map(({ symbol, step }) => `${symbol} after ${step}`).join(', ');
        throw new CommandError(
          `the close of ${session} did not end within ${Math.round(limitMilliseconds / 60_000)} minutes: ${steps || 'nothing was recorded'}. Look at \`closing-bell status\` and the log.`,
        );
      }
      // A warehouse that takes a second to answer is asked less often.
      const pause = Math.max(POLL_MILLISECONDS, answeredAt - askedAt);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Where the cascade stands; undefined while a monitor that was there a moment ago is being started again. */
  async function progressOf(id: string, answeredAt: number): Promise<CascadeProgress | undefined> {
    try {
      return await monitor.get<CascadeProgress>(`cascades/${id}`);
    } catch (error) {
      const patience = Date.now() - answeredAt < UNREACHABLE_LIMIT_MILLISECONDS;
      if (error instanceof MonitorUnreachableError && patience) return undefined;
      throw error;
    }
  }
}
