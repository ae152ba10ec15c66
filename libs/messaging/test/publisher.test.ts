import { barsIngested, defineContract, ingestionRequested, marketClosed } from '@closing-bell/contracts';
import { type PubSub } from '@google-cloud/pubsub';
import { IsString } from 'class-validator';
import { message } from '../src/message';
import { Publisher } from '../src/publisher';
import { payload } from './fixtures';

class BulkSent {
  @IsString()
  text!: string;
}
const bulkSent = defineContract({
  name: 'bulk-sent',
  version: 1,
  payload: BulkSent,
  subject: () => 'bulk',
  description: 'What no message of ours should be.',
});

interface Sent {
  data: Buffer;
  attributes: Record<string, string>;
  orderingKey?: string;
}

function publisherTo(
  publishMessage: (raw: Sent) => Promise<unknown>,
  resumePublishing: (key: string) => void = () => undefined,
) {
  const pubsub = { topic: () => ({ publishMessage, resumePublishing }) } as unknown as PubSub;
  return new Publisher({ pubsub, source: 'ingestor', clock: () => new Date('2020-03-16T20:00:00Z') });
}

describe('Publisher', () => {
  it('writes CloudEvents attributes, canonical JSON and the ordering key', async () => {
    const sent: Sent[] = [];
    const publisher = publisherTo(async (raw) => sent.push(raw));
    const id = await publisher.publish(message(ingestionRequested, payload), {
      envelope: { id: 'cause', correlationId: 'root', type: '', source: '', subject: '', time: '' },
      handling: { attempt: 2, startedAt: new Date('2020-03-16T19:59:58Z') },
    });
    expect(sent).toEqual([
      {
        data: Buffer.from('{"exchange":"XNYS","forceRetrain":false,"session":"2020-03-16","symbol":"AAPL"}'),
        orderingKey: 'AAPL',
        attributes: {
          'ce-specversion': '1.0',
          'ce-id': id,
          'ce-type': 'closing-bell.ingestion-requested.v1',
          'ce-source': '/closing-bell/ingestor',
          'ce-subject': 'AAPL',
          'ce-time': '2020-03-16T20:00:00.000Z',
          'content-type': 'application/json',
          'ce-correlationid': 'root',
          'ce-causationid': 'cause',
          'closing-bell-cause-attempt': '2',
          'closing-bell-cause-started-at': '2020-03-16T19:59:58.000Z',
        },
      },
    ]);
  });

  it('starts a cascade whose correlation id is the message’s own', async () => {
    const sent: Sent[] = [];
    const id = await publisherTo(async (raw) => sent.push(raw)).publish(message(marketClosed, { exchange: 'XNYS' }));
    expect(sent[0]?.attributes['ce-correlationid']).toBe(id);
    expect(sent[0]?.attributes).not.toHaveProperty('ce-causationid');
  });

  it('refuses an invalid payload and one over the size limit before anything is sent', async () => {
    const publisher = publisherTo(() => Promise.reject(new Error('unexpected')));
    const invalid = message(ingestionRequested, { ...payload, symbol: 'not a symbol' });
    await expect(publisher.publish(invalid)).rejects.toMatchObject({ reason: 'invalid-payload' });
    const bulk = message(bulkSent, { text: 'x'.repeat(256 * 1024) });
    await expect(publisher.publish(bulk)).rejects.toMatchObject({
      reason: 'over-size',
      message: expect.stringContaining('send its reference') as unknown,
    });
  });

  it('takes up an ordering key again after a failure, so that later messages are not refused', async () => {
    const resumed: string[] = [];
    const publisher = publisherTo(() => Promise.reject(new Error('unavailable')), (key) => resumed.push(key)); // prettier-ignore
    await expect(publisher.publish(message(ingestionRequested, payload))).rejects.toThrow('unavailable');
    expect(resumed).toEqual(['AAPL']);
  });
});

describe('message', () => {
  it('does not compile with a wrong field, a missing one or a wrong type', () => {
    // @ts-expect-error a field that the contract does not know
    message(ingestionRequested, { ...payload, symbl: 'AAPL' });
    // @ts-expect-error missing fields
    message(ingestionRequested, { exchange: 'XNYS' });
    // @ts-expect-error a number where text is due
    message(ingestionRequested, { ...payload, symbol: 7 });
    // @ts-expect-error another message's payload
    message(barsIngested, payload);
    expect(message(ingestionRequested, payload).data).toBe(payload);
  });
});
