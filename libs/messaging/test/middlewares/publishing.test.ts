import { ingestionRequested } from '@closing-bell/contracts';
import { message } from '../../src/message';
import { publishing } from '../../src/middlewares/publishing';
import { fakePublisher, incoming, payload } from '../fixtures';

describe('publishing', () => {
  it('publishes what the handler returned, caused by this message, before it resolves', async () => {
    const published: unknown[] = [];
    const publisher = fakePublisher({
      publish: async (outgoing, cause) => {
        published.push([outgoing.data, cause?.id, cause?.correlationId]);
        return 'id';
      },
    });
    await publishing(publisher)(async () => [message(ingestionRequested, payload)])(incoming());
    expect(published).toEqual([[payload, 'b'.repeat(32), 'c'.repeat(32)]]);
  });

  it('fails when a message cannot be published, so that the cause is delivered again', async () => {
    const publisher = fakePublisher({ publish: () => Promise.reject(new Error('unavailable')) });
    const handle = publishing(publisher)(async () => [message(ingestionRequested, payload)]);
    await expect(handle(incoming())).rejects.toThrow('unavailable');
  });

  it('publishes nothing when the handler fails', async () => {
    const handle = publishing(fakePublisher({}))(() => Promise.reject(new Error('no')));
    await expect(handle(incoming())).rejects.toThrow('no');
  });
});
