import { marketClosed } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { message, type OutgoingMessage } from '@closing-bell/messaging';

// Vendors publish a session's bar some minutes after its close.
const AFTER_CLOSE_MILLISECONDS = 15 * 60_000;
// Longer time-outs overflow Node's timer; a laptop that slept is also noticed sooner.
const LOOK_AGAIN_MILLISECONDS = 60_000;

export interface SchedulerOptions {
  readonly calendar: ExchangeCalendar;
  readonly clock: () => Date;
  readonly publish: (close: OutgoingMessage) => Promise<unknown>;
  readonly report: (line: string) => void;
}

/** Says `market-closed` a quarter of an hour after each real close, as Cloud Scheduler does in the cloud. */
export class LocalScheduler {
  private timer: NodeJS.Timeout | undefined;
  private next: string;

  constructor(private readonly options: SchedulerOptions) {
    const { calendar, clock } = options;
    const today = clock().toISOString().slice(0, 10);
    const sessions = [today, calendar.nextSession(today)].filter((day) => calendar.isSession(day));
    this.next = sessions.find((session) => this.dueAt(session) > clock().getTime()) ?? calendar.nextSession(today);
  }

  /** When the next close will be said, and which. */
  get upcoming(): { session: string; at: Date } {
    return { session: this.next, at: new Date(this.dueAt(this.next)) };
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), LOOK_AGAIN_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Publishes what is due. A failure is tried again at the next look. */
  async look(): Promise<void> {
    const { calendar, clock, publish, report } = this.options;
    if (this.dueAt(this.next) > clock().getTime()) return;
    const session = this.next;
    try {
      await publish(message(marketClosed, { exchange: calendar.exchange, session }));
      report(`${calendar.exchange} closed its session ${session}`);
      if (this.next === session) this.next = calendar.nextSession(session);
    } catch (error) {
      report(`the close of ${session} could not be published: ${(error as Error).message}; trying again`);
    }
  }

  private dueAt(session: string): number {
    return this.options.calendar.closeOf(session).getTime() + AFTER_CLOSE_MILLISECONDS;
  }
}
