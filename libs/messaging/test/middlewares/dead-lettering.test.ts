import { PermanentError, subscriptions } from '@closing-bell/contracts';
import pino from 'pino';
import { deadLettering } from '../../src/middlewares/dead-lettering';
import { deadLetterOf } from '../../src/received-message';
import { fakePublisher, incoming, received } from '../fixtures';

const logger = pino({ level: 'silent' });
const permanent = new PermanentError('symbol NOPE is not in the folder', { reason: 'unknown-symbol', symbol: 'NOPE' });

describe('deadLettering', () => {
  it('sends a permanent failure to the dead letters with its reason, and resolves', async () => {
    const sent: { topic: string; raw: { data: Buffer; attributes: Record<string, string>; orderingKey: string } }[] =
      [];
    const publisher = fakePublisher({ publishRaw: async (topic, raw) => void sent.push({ topic, raw }) });
    const handle = deadLettering(publisher, logger)(() => Promise.reject(permanent));
    await expect(handle(incoming({ deliveryAttempt: 2 }))).resolves.toEqual([]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.topic).toBe('dead-letters');
    const letter = deadLetterOf({ ...received(), ...sent[0]!.raw });
    expect(letter).toMatchObject({
      reason: 'unknown-symbol',
      detail: 'symbol NOPE is not in the folder',
      subscription: 'ingestor.ingestion-requested',
      topic: 'ingestion-requested',
      attempts: 2,
    });
    const { attributes, data, orderingKey } = received();
    expect(letter.original).toEqual({ attributes, data, orderingKey });
  });

  it('keeps the reason within the limit of an attribute, whole characters only', async () => {
    let detail = '';
    const publisher = fakePublisher({
      publishRaw: async (_, raw) => void (detail = raw.attributes['dead-letter-detail'] ?? ''),
    });
    const error = new PermanentError('é'.repeat(2000), { reason: 'long' });
    await deadLettering(publisher, logger)(() => Promise.reject(error))(incoming());
    expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(1024);
    expect(detail).toMatch(/^é+…$/u);
  });

  it('lets any other failure through, to be tried again', async () => {
    const handle = deadLettering(fakePublisher({}), logger)(() => Promise.reject(new Error('the disk is full')));
    await expect(handle(incoming())).rejects.toThrow('the disk is full');
  });

  it('rejects when the dead letter cannot be published, so that nothing is lost', async () => {
    const publisher = fakePublisher({ publishRaw: () => Promise.reject(new Error('unavailable')) });
    const handle = deadLettering(publisher, logger)(() => Promise.reject(permanent));
    await expect(handle(incoming())).rejects.toThrow('unavailable');
  });

  it('does not send a dead letter to the dead letters', async () => {
    const handle = deadLettering(fakePublisher({}), logger)(() => Promise.reject(permanent));
    await expect(handle(incoming({}, subscriptions.monitor.deadLetters))).rejects.toBe(permanent);
  });
});
