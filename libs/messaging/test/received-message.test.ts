import { ENVELOPE_ATTRIBUTES as NAMES } from '@closing-bell/contracts';
import { deadLetterOf, envelopeOf } from '../src/received-message';
import { received } from './fixtures';

describe('envelopeOf', () => {
  it('reads the CloudEvents attributes', () => {
    expect(envelopeOf(received())).toEqual({
      id: 'b'.repeat(32),
      type: 'closing-bell.ingestion-requested.v1',
      source: '/closing-bell/ingestor',
      subject: 'AAPL',
      time: '2020-03-16T20:00:00.000Z',
      correlationId: 'c'.repeat(32),
    });
  });

  it('stands in for what a scheduler’s static message cannot carry', () => {
    const attributes = { [NAMES.type]: 'closing-bell.market-closed.v1' };
    expect(envelopeOf(received({ attributes, orderingKey: '' }))).toMatchObject({
      id: 'pubsub-17',
      correlationId: 'pubsub-17',
      time: '2020-03-16T20:00:00.000Z',
      subject: '',
    });
  });
});

describe('deadLetterOf', () => {
  it('reads what the server’s own dead-letter policy added, and gives the original back without it', () => {
    const original = received().attributes;
    const letter = deadLetterOf(
      received({
        attributes: {
          ...original,
          CloudPubSubDeadLetterSourceDeliveryCount: '5',
          CloudPubSubDeadLetterSourceSubscription: 'trainer.features-computed',
          CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
          CloudPubSubDeadLetterSourceTopicPublishTime: '2020-03-16T20:00:00Z',
        },
      }),
    );
    expect(letter).toMatchObject({
      reason: 'retries-exhausted',
      subscription: 'trainer.features-computed',
      topic: 'features-computed',
      attempts: 5,
      original: { attributes: original, orderingKey: 'AAPL' },
    });
  });

  it('reads a stranger’s message on the topic without failing', () => {
    expect(deadLetterOf(received({ attributes: {}, orderingKey: '' }))).toMatchObject({
      subscription: 'unknown',
      reason: 'retries-exhausted',
      attempts: 0,
    });
  });
});
