import { type Broker } from '../broker/broker';
import { page } from '../broker/names';
import { type publisherDefinition } from './service-definitions';
import { handle, refuse, SNAPSHOTS_REFUSED, type UnaryHandlers } from './unary-handler';

/** google.pubsub.v1.Publisher. */
export function publisherService(broker: Broker): UnaryHandlers<typeof publisherDefinition> {
  return {
    createTopic: handle((topic) => broker.createTopic(topic)),
    updateTopic: handle(({ topic, updateMask }) => broker.updateTopic(topic ?? {}, updateMask)),
    publish: handle(async (bytes: Buffer) => ({ messageIds: await broker.publish(bytes) })),
    getTopic: handle(({ topic }) => broker.topic(topic).config),
    listTopics: handle(({ project, pageSize, pageToken }) => {
      const { items, nextPageToken } = page(broker.topicsOf(project), ({ name }) => name, pageSize, pageToken);
      return { topics: items.map(({ config }) => config), nextPageToken };
    }),
    listTopicSubscriptions: handle(({ topic, pageSize, pageToken }) => {
      const { subscriptions } = broker.topic(topic);
      const { items, nextPageToken } = page(subscriptions, ({ name }) => name, pageSize, pageToken);
      return { subscriptions: items.map(({ name }) => name), nextPageToken };
    }),
    listTopicSnapshots: refuse(SNAPSHOTS_REFUSED),
    deleteTopic: handle(async ({ topic }) => {
      await broker.deleteTopic(topic);
      return {};
    }),
    detachSubscription: handle(async ({ subscription }) => {
      await broker.detachSubscription(subscription);
      return {};
    }),
  };
}
