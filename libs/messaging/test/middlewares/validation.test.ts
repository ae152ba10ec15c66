import {
  ENVELOPE_ATTRIBUTES as NAMES,
  IngestionRequested,
  PermanentError,
  subscriptions,
} from '@closing-bell/contracts';
import { validation } from '../../src/middlewares/validation';
import { type MessageContext, type ReceivedMessage } from '../../src/received-message';
import { incoming, payload, received } from '../fixtures';

async function refusal(changes: Partial<ReceivedMessage>): Promise<PermanentError> {
  const handle = validation(async () => {
    throw new Error('the handler was reached');
  });
  return handle(incoming(changes)).then(
    () => Promise.reject(new Error('was accepted')),
    (error: unknown) => (error instanceof PermanentError ? error : Promise.reject(error as Error)),
  );
}

const withType = (type: string) => ({ attributes: { ...received().attributes, [NAMES.type]: type } });

describe('validation', () => {
  it('hands an instance of the contract’s class and the context to the handler', async () => {
    const seen: unknown[] = [];
    await validation(async (...args) => {
      seen.push(...args);
      return [];
    })(incoming({ deliveryAttempt: 3 }));
    expect(seen[0]).toBeInstanceOf(IngestionRequested);
    expect(seen[0]).toEqual(payload);
    expect(seen[1]).toMatchObject({ deliveryAttempt: 3, envelope: { subject: 'AAPL' } });
  });

  it.each<[string, Record<string, string>, unknown]>([
    [
      'says how the message that caused this one was handled',
      {
        'closing-bell-cause-attempt': '3',
        'closing-bell-cause-started-at': '2020-03-16T20:00:00.000Z',
      },
      { attempt: 3, startedAt: new Date('2020-03-16T20:00:00Z') },
    ],
    ['says nothing of it where nothing is said', {}, undefined],
    [
      'believes no such account that can be none',
      { 'closing-bell-cause-attempt': '0', 'closing-bell-cause-started-at': 'yesterday' },
      undefined,
    ],
  ])('%s', async (_, attributes, causedBy) => {
    let context: MessageContext | undefined;
    await validation(async (_payload, given) => {
      context = given;
      return [];
    })(incoming({ attributes: { ...received().attributes, ...attributes } }));
    expect(context?.causedBy).toEqual(causedBy);
  });

  it.each<[string, Partial<ReceivedMessage>, string]>([
    ['data that is not JSON', { data: Buffer.from('{"exchange": "XNY') }, 'undecodable-payload'],
    ['no data', { data: Buffer.alloc(0) }, 'undecodable-payload'],
    ['data that is not UTF-8', { data: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }, 'undecodable-payload'],
    ['a payload that breaks a rule', { data: Buffer.from('{"exchange":"nyse"}') }, 'invalid-payload'],
    ['a missing type', { attributes: {} }, 'unknown-type'],
    ['a foreign type', withType('com.example.order.v1'), 'unknown-type'],
    ['another message’s type', withType('closing-bell.bars-ingested.v1'), 'unknown-type'],
    ['a newer version', withType('closing-bell.ingestion-requested.v2'), 'newer-version'],
    [
      'an older version that was never released',
      withType('closing-bell.ingestion-requested.v0'),
      'unsupported-version',
    ],
    ['no ordering key', { orderingKey: '' }, 'missing-ordering-key'],
    ['another symbol’s ordering key', { orderingKey: 'MSFT' }, 'wrong-ordering-key'],
    ['data over the limit', { data: Buffer.alloc(256 * 1024 + 1, 0x20) }, 'over-size'],
  ])('refuses %s for good', async (_, changes, reason) => {
    expect((await refusal(changes)).reason).toBe(reason);
  });

  it('names field and rule of an invalid payload', async () => {
    const error = await refusal({ data: Buffer.from(JSON.stringify({ ...payload, session: '16/03/2020' })) });
    expect(error.message).toContain('session: session must be a day written YYYY-MM-DD (isSessionDay)');
  });

  it('takes a message without an ordering key where the subscription is not ordered', async () => {
    const message = incoming(
      { ...withType('closing-bell.market-closed.v1'), orderingKey: '', data: Buffer.from('{"exchange":"XNYS"}') },
      subscriptions.ingestor.marketClosed,
    );
    await expect(validation(async () => [])(message)).resolves.toEqual([]);
  });

  it('reads anything at all on the dead letters', async () => {
    const seen: unknown[] = [];
    const handle = validation(async (letter) => {
      seen.push(letter);
      return [];
    });
    await handle(incoming({ data: Buffer.from([0xff]), attributes: {} }, subscriptions.monitor.deadLetters));
    expect(seen).toEqual([expect.objectContaining({ id: '17', reason: 'retries-exhausted' })]);
  });
});
