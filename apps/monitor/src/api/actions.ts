import {
  canonicalJson,
  marketClosed,
  type MarketClosed,
  messageId,
  PermanentError,
  validate,
} from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { message, type Publisher } from '@closing-bell/messaging';
import { LocalModelRegistry } from '@closing-bell/registry';
import { appointByHand, DecisionLog, describeAppointment } from '@closing-bell/serving';
import { type ObjectStore, sha256Of } from '@closing-bell/storage';
import { type Row, tables, type Warehouse } from '@closing-bell/warehouse';
import { type Action, type DeadLetterDetail, type Recorded } from './answers';

export interface ActionDependencies {
  readonly warehouse: Warehouse;
  readonly objects: ObjectStore;
  readonly publisher: Pick<Publisher, 'publish' | 'redrive'>;
  readonly calendarOf: (exchange: string) => ExchangeCalendar;
  readonly exchange: string;
  readonly clock: () => Date;
  /** An id that nothing else has. */
  readonly newId: () => string;
  readonly onRecorded: (recorded: Recorded) => void;
}

/** A close that is to be replayed. */
export interface Replay {
  readonly session: string;
  readonly symbols?: readonly string[] | undefined;
  readonly forceRetrain?: boolean | undefined;
}

interface Wish {
  readonly action: Action['action'];
  /** Symbol, exchange or dead letter. */
  readonly subject: string;
  readonly request: object;
  /** As the asker named the request, so that repeating it acts once. */
  readonly key: string | undefined;
}

type Outcome = Pick<Action, 'outcome' | 'detail'>;
type ActionRow = Row<typeof tables.actions>;

const done = (detail: string): Outcome => ({ outcome: 'done', detail });
const refused = (detail: string): Outcome => ({ outcome: 'refused', detail });

/**
 * Does what people ask for, and records it, done or refused. A request is recorded after it was done: one that is repeated with its key
 * answers with the first row. Should the process end in between, it is done again, which each of them bears: a close and a redrive
 * give the same messages, and who serves already is not appointed.
 */
export class Actions {
  private readonly running = new Map<string, Promise<Action>>();

  constructor(private readonly dependencies: ActionDependencies) {}

  /** Says a past close again. */
  replay({ session, symbols, forceRetrain }: Replay, key: string | undefined): Promise<Action> {
    const { exchange, publisher } = this.dependencies;
    const close: MarketClosed = {
      exchange,
      session,
      ...(symbols ? { symbols: [...symbols] } : {}),
      ...(forceRetrain ? { forceRetrain } : {}),
    };
    return this.act({ action: 'replay', subject: exchange, request: validate(marketClosed, close), key }, async () => {
      const problem = this.problemOf(session);
      if (problem !== undefined) return refused(problem);
      await publisher.publish(message(marketClosed, close));
      const whom = symbols
        ? symbols.length > 1
          ? `${symbols.length} symbols`
          : symbols[0]
        : 'every configured symbol';
      return done(`The close of ${session} was said again for ${whom}.`);
    });
  }

  /** Sends a dead letter back to its topic. */
  redrive(letter: DeadLetterDetail, key: string | undefined): Promise<Action> {
    const { publisher, warehouse } = this.dependencies;
    const { id, topic, subject } = letter;
    return this.act({ action: 'redrive', subject: id, request: { deadLetter: id }, key }, async () => {
      if (letter.redriven) return refused(`The dead letter ${id} was sent again before.`);
      await publisher.redrive({ ...letter, data: Buffer.from(letter.data, 'base64') });
      // So that nobody sends it once more before its message has come by.
      await warehouse.insert(tables.redrives, [{ dead_letter_id: id, recorded_at: this.now() }]);
      return done(`The message for ${subject} was sent back to ${topic}.`);
    });
  }

  /** Makes a version serve from the next close on. */
  promote(symbol: string, version: number, key: string | undefined): Promise<Action> {
    const { objects, clock } = this.dependencies;
    return this.act({ action: 'promote', subject: symbol, request: { symbol, version }, key }, async () => {
      const registry = new LocalModelRegistry(objects);
      const made = await appointByHand(symbol, version, { registry, decisions: new DecisionLog(objects), clock });
      const detail = describeAppointment(symbol, version, made);
      return made.outcome === 'appointed' ? done(detail) : refused(detail);
    });
  }

  /** Why a day cannot be replayed; undefined where it can. */
  private problemOf(session: string): string | undefined {
    const { calendarOf, exchange, clock } = this.dependencies;
    const calendar = calendarOf(exchange);
    try {
      if (!calendar.isSession(session)) return `${session} was no session of ${exchange}.`;
      if (calendar.closeOf(session) > clock()) return `${session} has not closed yet.`;
      return undefined;
    } catch (error) {
      if (error instanceof PermanentError) return error.message;
      throw error;
    }
  }

  private async act(wish: Wish, perform: () => Promise<Outcome>): Promise<Action> {
    const { action, key } = wish;
    const id =
      key === undefined
        ? this.dependencies.newId()
        : sha256Of(Buffer.from(canonicalJson({ action, key }))).slice(0, 32);
    // Of requests that come at once, too, one acts.
    const running = this.running.get(id) ?? this.actOnce(id, wish, perform);
    this.running.set(id, running);
    try {
      return await running;
    } finally {
      this.running.delete(id);
    }
  }

  private async actOnce(
    id: string,
    { action, subject, request }: Wish,
    perform: () => Promise<Outcome>,
  ): Promise<Action> {
    const { warehouse, onRecorded } = this.dependencies;
    const [known] = await warehouse.query<ActionRow>('SELECT * FROM actions WHERE id = @id', { id });
    if (known) return actionOf(known);
    const askedAt = this.now();
    const row: ActionRow = {
      ...{ id, action, subject, request: canonicalJson(request) },
      ...(await perform()),
      ...{ asked_at: askedAt, recorded_at: this.now() },
    };
    await warehouse.insert(tables.actions, [row]);
    const told = actionOf(row);
    onRecorded({ topic: 'actions', symbol: null, session: null, correlationId: told.correlationId ?? id });
    return told;
  }

  private now(): string {
    return this.dependencies.clock().toISOString();
  }
}

/** An action as it was recorded. The cascade of a replay has the id of its close, which follows from what the close says. */
export function actionOf({
  id,
  action,
  subject,
  request,
  outcome,
  detail,
  asked_at,
}: Omit<ActionRow, 'recorded_at'>): Action {
  const replayed = action === 'replay' && outcome === 'done';
  return {
    id,
    action: action as Action['action'],
    subject,
    outcome: outcome as Action['outcome'],
    detail,
    askedAt: asked_at,
    correlationId: replayed ? messageId(marketClosed, JSON.parse(request) as MarketClosed) : null,
  };
}
