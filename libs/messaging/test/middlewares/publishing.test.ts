import { ingestionRequested } from '@closing-bell/contracts';
import { message } from '../../src/message';
import { publishing } from '../../src/middlewares/publishing';
import { fakePublisher, incoming, payload } from '../fixtures';

const clock = () => new Date(0);

describe('publishing', () => {
  it('publishes what the handler returned, caused by this delivery, before it resolves', async () => {
    const published: unknown[] = [];
    const publisher = fakePublisher({
      publish: async (outgoing, cause) => {
        published.push([outgoing.data, cause?.envelope.id, cause?.envelope.correlationId, cause?.handling]);
        return 'id';
      },
    });
    let seconds = 0;
    const advancing = () => new Date(1000 * seconds++);
    await publishing(
      publisher,
      advancing,
    )(async () => {
      seconds = 60;
      return [message(ingestionRequested, payload)];
    })(incoming({ deliveryAttempt: 3 }));
    expect(published).toEqual([[payload, 'b'.repeat(32), 'c'.repeat(32), { attempt: 3, startedAt: new Date(0) }]]);
  });

  it('fails when a message cannot be published, so that the cause is delivered again', async () => {
    const publisher = fakePublisher({ publish: () => Promise.reject(new Error('unavailable')) });
    const handle = publishing(publisher, clock)(async () => [message(ingestionRequested, payload)]);
    await expect(handle(incoming())).rejects.toThrow('unavailable');
  });

  it('publishes nothing when the handler fails', async () => {
    const handle = publishing(fakePublisher({}), clock)(() => Promise.reject(new Error('no')));
    await expect(handle(incoming())).rejects.toThrow('no');
  });
});
