import {
  ENVELOPE_ATTRIBUTES as NAMES,
  type IngestionRequested,
  ingestionRequested,
  type Subscription,
  subscriptions,
} from '@closing-bell/contracts';
import { type Incoming } from '../src/handler';
import { type Publisher } from '../src/publisher';
import { type ReceivedMessage } from '../src/received-message';

export const payload: IngestionRequested = {
  exchange: 'XNYS',
  symbol: 'AAPL',
  session: '2020-03-16',
  forceRetrain: false,
};

/** A well-formed message on the wire; what is given replaces a part of it. */
export function received(changes: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    id: '17',
    publishTime: new Date('2020-03-16T20:00:00Z'),
    orderingKey: 'AAPL',
    deliveryAttempt: 1,
    attributes: {
      [NAMES.id]: 'b'.repeat(32),
      [NAMES.type]: ingestionRequested.type,
      [NAMES.source]: '/closing-bell/ingestor',
      [NAMES.subject]: 'AAPL',
      [NAMES.time]: '2020-03-16T20:00:00.000Z',
      [NAMES.specVersion]: '1.0',
      [NAMES.correlationId]: 'c'.repeat(32),
    },
    data: Buffer.from(JSON.stringify(payload)),
    ...changes,
  };
}

export function incoming(
  changes: Partial<ReceivedMessage> = {},
  subscription: Subscription = subscriptions.ingestor.ingestionRequested,
): Incoming {
  return { subscription, received: received(changes), draining: new AbortController().signal };
}

/** A publisher that remembers; every method it is not told to allow fails the test. */
export function fakePublisher(allowed: Partial<Pick<Publisher, 'publish' | 'publishRaw'>>): Publisher {
  const unexpected = (name: string) => () => {
    throw new Error(`unexpected call of ${name}`);
  };
  return { publish: unexpected('publish'), publishRaw: unexpected('publishRaw'), ...allowed } as unknown as Publisher;
}
