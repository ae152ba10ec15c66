import {
  type AttemptFailed,
  attemptFailed,
  EXCHANGE_PATTERN,
  isDay,
  MOST_ERROR_BYTES,
  PermanentError,
  publications,
} from '@closing-bell/contracts';
import { type Logger } from 'pino';
import { accountOf } from '../account-of';
import { type Incoming, type Middleware } from '../handler';
import { message } from '../message';
import { type Publisher } from '../publisher';
import { envelopeOf } from '../received-message';

/** A message that is to come again must not wait for its failure to be known. */
const PATIENCE_MILLISECONDS = 1000;

/**
 * Says that the handling of a message failed and will be tried again, where the topology lets the service say so. It is said as well
 * as it can be: where it cannot, that is logged, and the message is given back all the same, a second later at most.
 */
export function attemptFailures(
  publisher: Publisher,
  logger: Logger,
  clock: () => Date,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Middleware {
  return (next) => async (incoming) => {
    const startedAt = clock();
    try {
      return await next(incoming);
    } catch (error) {
      if (!(error instanceof PermanentError) && publications[incoming.subscription.service].includes(attemptFailed)) {
        await patiently(say(incoming, error, startedAt), patienceMilliseconds);
      }
      throw error;
    }
  };

  async function say(incoming: Incoming, error: unknown, startedAt: Date): Promise<void> {
    const { received, subscription } = incoming;
    const handling = { attempt: received.deliveryAttempt, startedAt };
    const envelope = envelopeOf(received);
    const failure: AttemptFailed = {
      ...aboutOf(received.data, envelope.subject),
      subscription: subscription.name,
      messageId: envelope.id,
      attempt: received.deliveryAttempt,
      error: accountOf(error, MOST_ERROR_BYTES),
      startedAt: startedAt.toISOString(),
      failedAt: clock().toISOString(),
    };
    try {
      await publisher.publish(message(attemptFailed, failure), { envelope, handling });
    } catch (reason) {
      logger.warn(
        { err: reason, messageId: received.id, subscription: subscription.name },
        `could not announce that ${subscription.topic} ${envelope.subject} failed`,
      );
    }
  }
}

/** Resolves with the work, which never rejects, or when the patience ends; the work then goes on by itself. */
async function patiently(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, over]);
  clearTimeout(timer);
}

/** What a message is about, as far as its payload says it. */
function aboutOf(data: Buffer, subject: string): Pick<AttemptFailed, 'exchange' | 'subject' | 'session'> {
  const { exchange, symbol, session } = membersOf(data);
  const isExchange = typeof exchange === 'string' && EXCHANGE_PATTERN.test(exchange);
  return {
    ...(isExchange ? { exchange } : {}),
    subject: subject || (typeof symbol === 'string' && symbol) || (isExchange ? exchange : 'unknown'),
    ...(isDay(session) ? { session } : {}),
  };
}

function membersOf(data: Buffer): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(data.toString('utf8')) as object) };
  } catch {
    return {};
  }
}
