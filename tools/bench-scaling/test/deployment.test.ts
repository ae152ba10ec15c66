import { subscriptions } from '@closing-bell/contracts';
import { type Workload, WORKLOADS } from '../../kubernetes/workloads';
import { Deployment, type DeploymentOptions } from '../deployment';
import { Events } from '../events';
import { Queue } from '../queue';

const subscription = subscriptions.trainer.featuresComputed;
const trainer = WORKLOADS.find(({ service }) => service === 'trainer') as Workload;

/** A service with one queue, whose messages each take one core second unless said otherwise. */
function setUp(options: Partial<DeploymentOptions> = {}) {
  const events = new Events(0);
  const queue = new Queue(true);
  const handled: [string, number][] = [];
  const deployment = new Deployment({
    events,
    workload: { ...trainer, cpu: 1000, drainSeconds: 8 },
    queues: [{ subscription, queue }],
    tollOf: () => ({ asksVendor: false, waitSeconds: 0, coreSeconds: 1 }),
    onHandled: (_, { message }) => handled.push([message.key, events.now]),
    nodeSeconds: () => 0,
    startCoreSeconds: 0,
    vendorSpacingSeconds: 0,
    ...options,
  });
  const publish = (...keys: string[]) => {
    for (const key of keys) queue.publish({ topic: 'any', key, ofAlarm: false }, events.now);
    deployment.dispatch();
  };
  return { events, queue, deployment, handled, publish, run: () => events.runUntil(() => false, 1000) };
}

describe('Deployment', () => {
  it.each([
    [1, 7],
    [3, 7],
    [4, 8],
  ])('serves with %d pods of one handler each what waits, %d messages of a second, as M/D/c does', (pods, messages) => {
    const { deployment, handled, publish, run } = setUp();
    deployment.scale(pods);
    publish(...Array.from({ length: messages }, (_, index) => `key-${index}`));
    run();
    // The k-th to end is in the ⌈k/c⌉-th round of a second.
    expect(handled.map(([, at]) => at)).toEqual(
      Array.from({ length: messages }, (_, index) => Math.ceil((index + 1) / pods)),
    );
  });

  it('handles messages of one key one after another, whatever there is of pods', () => {
    const { deployment, handled, publish, run } = setUp();
    deployment.scale(5);
    publish('a', 'a', 'a', 'b');
    run();
    expect(handled).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['a', 3],
    ]);
  });

  it('starts a pod when there is room, on its share of a core, and pays from when it is placed', () => {
    const { deployment, handled, publish, run, events } = setUp({
      workload: { ...trainer, cpu: 250 },
      nodeSeconds: () => 60,
      startCoreSeconds: 1,
    });
    publish('a');
    deployment.scale(1);
    run();
    expect(handled).toEqual([['a', 60 + 4 + 4]]);
    expect([events.now, deployment.podSeconds]).toEqual([68, 8]);
  });

  it('asks the vendor as often as its spacing allows, each pod for itself', () => {
    const { deployment, handled, publish, run } = setUp({
      tollOf: () => ({ asksVendor: true, waitSeconds: 0.25, coreSeconds: 0 }),
      vendorSpacingSeconds: 2,
    });
    deployment.scale(2);
    publish('a', 'b', 'c', 'd');
    run();
    expect(handled.map(([, at]) => at)).toEqual([0.25, 0.25, 2.25, 2.25]);
  });

  it('lets a pod that goes end what it has in hand, and gives back what takes longer', () => {
    const { deployment, handled, publish, run, events, queue } = setUp({
      tollOf: (_, { message }) => ({ asksVendor: false, waitSeconds: 0, coreSeconds: message.key === 'long' ? 30 : 5 }),
    });
    deployment.scale(2);
    publish('long', 'short');
    events.after(1, () => deployment.scale(0));
    events.after(20, () => deployment.scale(1));
    run();
    expect(handled).toEqual([
      ['short', 5],
      ['long', 50],
    ]);
    expect(queue.backlog).toBe(0);
    // Until 9 and 5, and from 20 to the end at 50.
    expect(deployment.podSeconds).toBe(9 + 5 + 30);
  });

  it('starts another pod in place of one whose machine was taken away', () => {
    const { deployment, handled, publish, run, events } = setUp({
      tollOf: () => ({ asksVendor: false, waitSeconds: 0, coreSeconds: 20 }),
    });
    deployment.scale(1);
    publish('a');
    events.after(10, () => deployment.preempt());
    run();
    // The new pod is there at once and waits until the old one gives the message back after its drain.
    expect(handled).toEqual([['a', 10 + 8 + 20]]);
  });
});
