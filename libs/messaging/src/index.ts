export { message, type OutgoingMessage } from './message';
export { OnMessage } from './on-message';
export { connectPubSub } from './pubsub-client';
export { PubSubServer } from './pubsub-server';
export { Publisher } from './publisher';
export { type MessageContext } from './received-message';
export { settingsOf as subscriptionSettings } from './topology/subscription-resource';
export { createTopology, deadLetterGrants, topologyResources } from './topology/topology';
