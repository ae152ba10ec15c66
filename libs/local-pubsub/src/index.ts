export { LocalPubSub } from './local-pubsub';
