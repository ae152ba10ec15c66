import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { google as protos } from '@google-cloud/pubsub/build/protos/protos';
import { type MethodDefinition } from '@grpc/grpc-js';
import { type Writer } from 'protobufjs/minimal';

const pb = protos.pubsub.v1;
const { Empty } = protos.protobuf;

/** A message class as the client package generates them. */
interface Codec<Sent, Received extends Sent> {
  encode(message: Sent): Writer;
  decode(bytes: Uint8Array): Received;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A method whose messages the server encodes or decodes elsewhere. */
const unread = (bytes: Buffer): Buffer => bytes;

function define<Request, Response>(
  path: string,
  requestDeserialize: (bytes: Buffer) => Request,
  responseSerialize: (response: Response) => Buffer,
  isStream = false,
): MethodDefinition<Request, Response> {
  const clientOnly = (): never => {
    throw new Error(`${path} is defined for the server only.`);
  };
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestDeserialize,
    responseSerialize,
    requestSerialize: clientOnly,
    responseDeserialize: clientOnly,
  };
}

function unary<Request, DecodedRequest extends Request, Response, DecodedResponse extends Response>(
  path: string,
  request: Codec<Request, DecodedRequest>,
  response: Codec<Response, DecodedResponse>,
): MethodDefinition<DecodedRequest, Response> {
  return define<DecodedRequest, Response>(
    path,
    (bytes) => request.decode(bytes),
    (message) => asBuffer(response.encode(message).finish()),
  );
}

const PUBLISHER = '/google.pubsub.v1.Publisher/';
const SUBSCRIBER = '/google.pubsub.v1.Subscriber/';
const SCHEMA_SERVICE = '/google.pubsub.v1.SchemaService/';

const encodePublishResponse = ({ messageIds }: google.pubsub.v1.IPublishResponse): Buffer =>
  asBuffer(pb.PublishResponse.encode({ messageIds: messageIds ?? [] }).finish());

/** Publish requests stay bytes: they are stored as they come. */
export const publisherDefinition = {
  createTopic: unary(`${PUBLISHER}CreateTopic`, pb.Topic, pb.Topic),
  updateTopic: unary(`${PUBLISHER}UpdateTopic`, pb.UpdateTopicRequest, pb.Topic),
  publish: define(`${PUBLISHER}Publish`, unread, encodePublishResponse),
  getTopic: unary(`${PUBLISHER}GetTopic`, pb.GetTopicRequest, pb.Topic),
  listTopics: unary(`${PUBLISHER}ListTopics`, pb.ListTopicsRequest, pb.ListTopicsResponse),
  listTopicSubscriptions: unary(
    `${PUBLISHER}ListTopicSubscriptions`,
    pb.ListTopicSubscriptionsRequest,
    pb.ListTopicSubscriptionsResponse,
  ),
  listTopicSnapshots: define(`${PUBLISHER}ListTopicSnapshots`, unread, unread),
  deleteTopic: unary(`${PUBLISHER}DeleteTopic`, pb.DeleteTopicRequest, Empty),
  detachSubscription: unary(
    `${PUBLISHER}DetachSubscription`,
    pb.DetachSubscriptionRequest,
    pb.DetachSubscriptionResponse,
  ),
};

/** Pulled messages are encoded when they are leased, by encodeReceivedMessages. */
export const subscriberDefinition = {
  createSubscription: unary(`${SUBSCRIBER}CreateSubscription`, pb.Subscription, pb.Subscription),
  getSubscription: unary(`${SUBSCRIBER}GetSubscription`, pb.GetSubscriptionRequest, pb.Subscription),
  updateSubscription: unary(`${SUBSCRIBER}UpdateSubscription`, pb.UpdateSubscriptionRequest, pb.Subscription),
  listSubscriptions: unary(`${SUBSCRIBER}ListSubscriptions`, pb.ListSubscriptionsRequest, pb.ListSubscriptionsResponse),
  deleteSubscription: unary(`${SUBSCRIBER}DeleteSubscription`, pb.DeleteSubscriptionRequest, Empty),
  modifyAckDeadline: unary(`${SUBSCRIBER}ModifyAckDeadline`, pb.ModifyAckDeadlineRequest, Empty),
  acknowledge: unary(`${SUBSCRIBER}Acknowledge`, pb.AcknowledgeRequest, Empty),
  pull: define(`${SUBSCRIBER}Pull`, (bytes) => pb.PullRequest.decode(bytes), unread),
  streamingPull: define(`${SUBSCRIBER}StreamingPull`, (bytes) => pb.StreamingPullRequest.decode(bytes), unread, true),
  modifyPushConfig: unary(`${SUBSCRIBER}ModifyPushConfig`, pb.ModifyPushConfigRequest, Empty),
  getSnapshot: define(`${SUBSCRIBER}GetSnapshot`, unread, unread),
  listSnapshots: define(`${SUBSCRIBER}ListSnapshots`, unread, unread),
  createSnapshot: define(`${SUBSCRIBER}CreateSnapshot`, unread, unread),
  updateSnapshot: define(`${SUBSCRIBER}UpdateSnapshot`, unread, unread),
  deleteSnapshot: define(`${SUBSCRIBER}DeleteSnapshot`, unread, unread),
  seek: unary(`${SUBSCRIBER}Seek`, pb.SeekRequest, pb.SeekResponse),
};

export const schemaServiceDefinition = {
  createSchema: define(`${SCHEMA_SERVICE}CreateSchema`, unread, unread),
  getSchema: define(`${SCHEMA_SERVICE}GetSchema`, unread, unread),
  listSchemas: define(`${SCHEMA_SERVICE}ListSchemas`, unread, unread),
  listSchemaRevisions: define(`${SCHEMA_SERVICE}ListSchemaRevisions`, unread, unread),
  commitSchema: define(`${SCHEMA_SERVICE}CommitSchema`, unread, unread),
  rollbackSchema: define(`${SCHEMA_SERVICE}RollbackSchema`, unread, unread),
  deleteSchemaRevision: define(`${SCHEMA_SERVICE}DeleteSchemaRevision`, unread, unread),
  deleteSchema: define(`${SCHEMA_SERVICE}DeleteSchema`, unread, unread),
  validateSchema: define(`${SCHEMA_SERVICE}ValidateSchema`, unread, unread),
  validateMessage: define(`${SCHEMA_SERVICE}ValidateMessage`, unread, unread),
};
