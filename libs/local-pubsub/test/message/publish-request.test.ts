import { google } from '@google-cloud/pubsub/build/protos/protos';
import fc from 'fast-check';
import { attributesOf, parsePublishRequest, republishRequest } from '../../src/message/publish-request';

const { PublishRequest } = google.pubsub.v1;

type Messages = google.pubsub.v1.IPubsubMessage[];

const encode = (messages: Messages): Buffer =>
  Buffer.from(PublishRequest.encode({ topic: 'projects/p/topics/t', messages }).finish());

const parse = (messages: Messages) => parsePublishRequest(encode(messages), 'enforced');

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));

describe('parsing a publish request', () => {
  it('finds topic, ordering keys and attributes of any message that the codec writes', () => {
    const message = fc.record({
      data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      orderingKey: fc.string({ maxLength: 20 }),
      attributes: fc.dictionary(
        fc.string({ minLength: 1, maxLength: 20 }).filter((key) => !key.startsWith('goog')),
        fc.string({ maxLength: 40 }),
        { maxKeys: 5 },
      ),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), (messages) => {
        const bytes = encode(messages);
        const { topic, spans } = parsePublishRequest(bytes, 'enforced');
        expect(topic).toBe('projects/p/topics/t');
        expect(spans.map(({ orderingKey }) => orderingKey)).toEqual(messages.map(({ orderingKey }) => orderingKey));
        const attributes = spans.map((span) => [...attributesOf(bytes, span)]);
        expect(attributes).toEqual(messages.map((sent) => Object.entries(sent.attributes)));
      }),
    );
  });

  it('refuses any bytes that are no publish request as INVALID_ARGUMENT, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parsePublishRequest(Buffer.from(bytes), 'enforced');
        } catch (error) {
          expect(error).toMatchObject({ name: 'StatusError', code: 3 });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Messages]>([
    ['at least one message', []],
    ['is empty', [{}]],
    ['is empty', [{ orderingKey: 'k' }]],
    ['Messages in a publish request: 1001', Array.from({ length: 1001 }, () => ({ data: Buffer.from('x') }))],
    ['number of attributes: 101', [{ attributes: many(101) }]],
    ['key size in bytes: 257', [{ attributes: { ['k'.repeat(257)]: '' } }]],
    ['key size in bytes: 258', [{ attributes: { ['é'.repeat(129)]: '' } }]],
    ['value size in bytes: 1025', [{ attributes: { k: 'v'.repeat(1025) } }]],
    ['must not start with "goog"', [{ attributes: { googclient: 'x' } }]],
    ['the key is empty', [{ attributes: { '': 'x' } }]],
    ['ordering key size in bytes: 1025', [{ data: Buffer.from('x'), orderingKey: 'k'.repeat(1025) }]],
    ['Request payload size', [{ data: Buffer.alloc(10 * 1024 * 1024) }]],
  ])('refuses what is above a limit: %s', (sentence, messages) => {
    expect(() => parse(messages)).toThrow(sentence);
  });

  it.each<[string, Messages]>([
    ['1000 messages', Array.from({ length: 1000 }, () => ({ data: Buffer.from('x') }))],
    ['100 attributes', [{ attributes: many(100) }]],
    ['an attribute with an empty value', [{ attributes: { k: '' } }]],
    ['an attribute key of 256 bytes', [{ attributes: { ['k'.repeat(256)]: '' } }]],
    ['an attribute value of 1024 bytes', [{ attributes: { k: 'v'.repeat(1024) } }]],
    ['an attribute key that has goog inside', [{ attributes: { mygoog: 'x', goo: 'x' } }]],
    ['an ordering key of 1024 bytes', [{ data: Buffer.from('x'), orderingKey: 'k'.repeat(1024) }]],
    ['almost 10 MB of data', [{ data: Buffer.alloc(10 * 1024 * 1024 - 100) }]],
  ])('takes what is at a limit: %s', (_, messages) => {
    expect(parse(messages).spans).toHaveLength(messages.length);
  });
});

describe('republishing a message', () => {
  it('keeps it as it was and adds the attributes', () => {
    const message = { data: Buffer.from('payload'), orderingKey: 'GOOG', attributes: { own: '1' } };
    const encoded = google.pubsub.v1.PubsubMessage.encode(message).finish();
    const request = PublishRequest.decode(republishRequest('projects/p/topics/dead', encoded, { reason: 'failed' }));
    expect(request.topic).toBe('projects/p/topics/dead');
    expect(request.messages).toHaveLength(1);
    expect(request.messages[0]).toMatchObject({ ...message, attributes: { own: '1', reason: 'failed' } });
  });
});
