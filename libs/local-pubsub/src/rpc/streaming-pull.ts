import { type google } from '@google-cloud/pubsub/build/protos/protos';
import { type handleBidiStreamingCall, type ServerDuplexStream } from '@grpc/grpc-js';
import { type Broker } from '../broker/broker';
import { requireAckDeadline, requireLeaseLength } from '../broker/subscription-settings';
import { Consumer } from '../delivery/consumer';
import { type Subscription } from '../delivery/subscription';
import { invalidArgument } from '../status-error';
import { type AckIds } from './ack-ids';
import { encodeReceivedMessages } from './received-messages';

type Request = google.pubsub.v1.StreamingPullRequest;

/**
 * Subscriber.StreamingPull. The first request names the subscription and the flow control; all may ack, modify deadlines and
 * change the length of new leases. A stream that the server ends gets an error, never OK, which a client takes as final.
 */
export function streamingPull(broker: Broker, ackIds: AckIds): handleBidiStreamingCall<Request, Buffer> {
  return (call) => {
    let session: StreamSession | undefined;
    const leave = (): void => session?.leave();
    call.on('data', (request: Request) => {
      try {
        if (session) session.apply(request);
        else session = new StreamSession(broker.attachedSubscription(request.subscription), request, call, ackIds);
      } catch (error) {
        leave();
        call.emit('error', error);
      }
    });
    call.on('drain', () => session?.subscription.dispatchSoon());
    call.on('cancelled', leave);
    call.on('error', leave);
    call.on('end', () => {
      leave();
      call.end();
    });
  };
}

class StreamSession {
  readonly #consumer: Consumer;

  constructor(
    readonly subscription: Subscription,
    first: Request,
    call: ServerDuplexStream<Request, Buffer>,
    private readonly ackIds: AckIds,
  ) {
    this.#consumer = new Consumer(
      { messages: limit(first.maxOutstandingMessages), bytes: limit(first.maxOutstandingBytes) },
      (deliveries) => call.write(encodeReceivedMessages(deliveries, subscription.settings, ackIds.prefix, 'stream')),
      () => !call.writableNeedDrain && !call.cancelled,
      undefined,
      (error) => call.emit('error', error),
    );
    this.apply(first);
    subscription.addStream(this.#consumer);
  }

  apply(request: Request): void {
    const { ackIds: acked, modifyDeadlineAckIds: modified, modifyDeadlineSeconds: seconds } = request;
    if (request.streamAckDeadlineSeconds) {
      requireAckDeadline(request.streamAckDeadlineSeconds);
      this.#consumer.ackDeadline = request.streamAckDeadlineSeconds * 1000;
    }
    if (modified.length !== seconds.length) {
      throw invalidArgument(
        `${modified.length} ack ids to modify come with ${seconds.length} deadlines: give one for each.`,
      );
    }
    for (const length of seconds) requireLeaseLength(length);
    for (const ackId of acked) this.subscription.acknowledge(this.ackIds.leaseOf(ackId));
    for (const [index, ackId] of modified.entries()) {
      this.subscription.modifyAckDeadline(this.ackIds.leaseOf(ackId), seconds[index] ?? 0);
    }
  }

  leave(): void {
    this.subscription.remove(this.#consumer);
  }
}

/** 0 or less means no limit. */
function limit(value: Request['maxOutstandingMessages']): number {
  const number = Number(value.toString());
  return number > 0 ? number : Infinity;
}
