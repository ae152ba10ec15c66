import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { type handleUnaryCall } from '@grpc/grpc-js';
import { type Broker } from '../broker/broker';
import { page } from '../broker/names';
import { requireLeaseLength } from '../broker/subscription-settings';
import { Consumer } from '../delivery/consumer';
import { type Subscription } from '../delivery/subscription';
import { milliseconds } from '../message/time';
import { invalidArgument, unimplemented } from '../status-error';
import { type AckIds, staleAckIds } from './ack-ids';
import { encodeReceivedMessages } from './received-messages';
import { type subscriberDefinition } from './service-definitions';
import { streamingPull } from './streaming-pull';
import { handle, refuse, SNAPSHOTS_REFUSED, type UnaryHandlers } from './unary-handler';

/** How long a pull waits for a message before it returns none, milliseconds. */
const PULL_WAIT = 90_000;

type SubscriberHandlers = Omit<UnaryHandlers<typeof subscriberDefinition>, 'streamingPull'> & {
  readonly streamingPull: ReturnType<typeof streamingPull>;
};

/** google.pubsub.v1.Subscriber. */
export function subscriberService(broker: Broker, ackIds: AckIds): SubscriberHandlers {
  return {
    createSubscription: handle((subscription) => broker.createSubscription(subscription)),
    getSubscription: handle(({ subscription }) => broker.subscription(subscription).config),
    updateSubscription: handle(({ subscription, updateMask }) =>
      broker.updateSubscription(subscription ?? {}, updateMask),
    ),
    listSubscriptions: handle(({ project, pageSize, pageToken }) => {
      const { items, nextPageToken } = page(broker.subscriptionsOf(project), ({ name }) => name, pageSize, pageToken);
      return { subscriptions: items.map(({ config }) => config), nextPageToken };
    }),
    deleteSubscription: handle(async ({ subscription }) => {
      await broker.deleteSubscription(subscription);
      return {};
    }),
    modifyAckDeadline: handle(({ subscription: name, ackIds: ids, ackDeadlineSeconds }) => {
      const subscription = broker.attachedSubscription(name);
      requireLeaseLength(ackDeadlineSeconds);
      refuseStale(subscription, ackIds, ids);
      for (const id of ids) subscription.modifyAckDeadline(ackIds.leaseOf(id), ackDeadlineSeconds);
      return {};
    }),
    acknowledge: handle(async ({ subscription: name, ackIds: ids }) => {
      const subscription = broker.attachedSubscription(name);
      refuseStale(subscription, ackIds, ids);
      for (const id of ids) subscription.acknowledge(ackIds.leaseOf(id));
      // An ack that is confirmed must hold over a crash; other acks may be lost with the last moments.
      if (subscription.settings.exactlyOnce) await broker.flush();
      return {};
    }),
    pull: pull(broker, ackIds),
    streamingPull: streamingPull(broker, ackIds),
    modifyPushConfig: handle(({ subscription, pushConfig }) => {
      broker.subscription(subscription);
      if (pushConfig?.pushEndpoint) throw unimplemented('Push subscriptions are not implemented by the local server.');
      return {};
    }),
    getSnapshot: refuse(SNAPSHOTS_REFUSED),
    listSnapshots: refuse(SNAPSHOTS_REFUSED),
    createSnapshot: refuse(SNAPSHOTS_REFUSED),
    updateSnapshot: refuse(SNAPSHOTS_REFUSED),
    deleteSnapshot: refuse(SNAPSHOTS_REFUSED),
    seek: handle(async ({ subscription, time, snapshot }) => {
      if (snapshot) throw unimplemented(SNAPSHOTS_REFUSED);
      const target = milliseconds(time);
      if (target === undefined) throw invalidArgument('A seek needs a time.');
      await broker.seek(subscription, target);
      return {};
    }),
  };
}

/** With exactly-once delivery a request with a stale ack id does nothing, so that its client may send the others again. */
function refuseStale(subscription: Subscription, ackIds: AckIds, ids: readonly string[]): void {
  if (!subscription.settings.exactlyOnce) return;
  const isLeased = (id: string): boolean => subscription.isLeased(ackIds.leaseOf(id));
  const stale = ids.filter((id) => !isLeased(id));
  if (stale.length > 0) throw staleAckIds(stale, ids.filter(isLeased));
}

function pull(broker: Broker, ackIds: AckIds): handleUnaryCall<google.pubsub.v1.PullRequest, Buffer> {
  return (call, callback) => {
    const { subscription: name, maxMessages, returnImmediately } = call.request;
    try {
      const subscription = broker.attachedSubscription(name);
      if (maxMessages <= 0)
        throw invalidArgument(`A pull of at most ${maxMessages} messages gets none: ask for one or more.`);
      const consumer = new Consumer(
        { messages: maxMessages, bytes: Infinity },
        (deliveries) => {
          cancelWait();
          callback(null, encodeReceivedMessages(deliveries, subscription.settings, ackIds.prefix, 'pull'));
        },
        () => true,
        undefined,
        (error) => {
          cancelWait();
          callback(error);
        },
      );
      const giveUp = (): void => {
        subscription.remove(consumer);
        consumer.send([]);
      };
      const cancelWait = broker.clock.schedule(PULL_WAIT, giveUp);
      call.on('cancelled', giveUp);
      subscription.addPull(consumer, !returnImmediately);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
