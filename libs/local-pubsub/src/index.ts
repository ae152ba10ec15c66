export { LocalPubSub, type LocalPubSubOptions } from './local-pubsub';
export { StartError } from './journal/data-directory';
