import { type AttemptFailed, PermanentError, type Subscription, subscriptions } from '@closing-bell/contracts';
import pino from 'pino';
import { type Handler } from '../../src/handler';
import { type OutgoingMessage } from '../../src/message';
import { attemptFailures } from '../../src/middlewares/attempt-failures';
import { type Cause } from '../../src/publisher';
import { type ReceivedMessage } from '../../src/received-message';
import { fakePublisher, incoming } from '../fixtures';

const silent = pino({ level: 'silent' });
const clock = () => new Date('2020-03-16T20:00:00Z');
const failing: Handler = () => Promise.reject(new Error('the source answered 500'));

/** What is announced when a handler fails. */
async function announcedBy(
  handler: Handler,
  changes: Partial<ReceivedMessage> = {},
  subscription: Subscription = subscriptions.ingestor.ingestionRequested,
): Promise<{ failure: AttemptFailed; cause: Cause | undefined }[]> {
  const announced: { failure: AttemptFailed; cause: Cause | undefined }[] = [];
  const publisher = fakePublisher({
    publish: async (outgoing: OutgoingMessage, cause?: Cause) => {
      announced.push({ failure: outgoing.data as AttemptFailed, cause });
      return 'id';
    },
  });
  await attemptFailures(publisher, silent, clock)(handler)(incoming(changes, subscription)).catch(() => undefined);
  return announced;
}

describe('attemptFailures', () => {
  it('announces a failure that will be tried again, in the cascade of the message, and passes it on', async () => {
    expect(await announcedBy(failing, { deliveryAttempt: 2 })).toEqual([
      {
        failure: {
          exchange: 'XNYS',
          subject: 'AAPL',
          session: '2020-03-16',
          subscription: 'ingestor.ingestion-requested',
          messageId: 'b'.repeat(32),
          attempt: 2,
          error: 'Error: the source answered 500',
          startedAt: '2020-03-16T20:00:00.000Z',
          failedAt: '2020-03-16T20:00:00.000Z',
        },
        cause: expect.objectContaining({
          envelope: expect.objectContaining({ correlationId: 'c'.repeat(32) }) as unknown,
        }) as unknown,
      },
    ]);
    const publisher = fakePublisher({ publish: async () => 'id' });
    await expect(attemptFailures(publisher, silent, clock)(failing)(incoming())).rejects.toThrow('answered 500');
  });

  it('finds out what a message without subject is about', async () => {
    const scheduled = { attributes: {}, orderingKey: '', data: Buffer.from('{"exchange":"XNYS"}') };
    const [announced] = await announcedBy(failing, scheduled, subscriptions.ingestor.marketClosed);
    expect(announced?.failure).toMatchObject({ exchange: 'XNYS', subject: 'XNYS', messageId: 'pubsub-17' });
    expect(announced?.failure).not.toHaveProperty('session');
  });

  it('announces neither success nor what goes to the dead letters', async () => {
    expect(await announcedBy(async () => [])).toEqual([]);
    expect(await announcedBy(() => Promise.reject(new PermanentError('no', { reason: 'x' })))).toEqual([]);
  });

  it.each([subscriptions.monitor.attemptFailed, subscriptions.monitor.forecastMade, subscriptions.monitor.deadLetters])(
    'announces nothing that fails at $name',
    async (subscription) => {
      expect(await announcedBy(failing, {}, subscription)).toEqual([]);
    },
  );

  it('logs what could not be announced, and fails as the handler did', async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line) => lines.push(line) });
    const publisher = fakePublisher({ publish: () => Promise.reject(new Error('unavailable')) });
    await expect(attemptFailures(publisher, logger, clock)(failing)(incoming())).rejects.toThrow('answered 500');
    expect(lines).toEqual([expect.stringContaining('could not announce that ingestion-requested AAPL failed')]);
  });

  it('gives the message back although the announcement hangs', async () => {
    const publisher = fakePublisher({ publish: () => new Promise<string>(() => undefined) });
    await expect(attemptFailures(publisher, silent, clock, 10)(failing)(incoming())).rejects.toThrow('answered 500');
  });
});
