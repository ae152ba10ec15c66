import { Metadata, status } from '@grpc/grpc-js';
import { lengthDelimited } from '../message/wire';
import { StatusError } from '../status-error';

/** Makes and reads ack ids. One names a lease of this start of the server: one from an earlier start acks nothing. */
export class AckIds {
  readonly prefix: string;

  /** `leaseEra`: a number that no earlier start had. */
  constructor(leaseEra: number) {
    this.prefix = `${leaseEra.toString(36)}-`;
  }

  /** The lease that an ack id names, or 0 where it names none of this start. */
  leaseOf(ackId: string): number {
    if (!ackId.startsWith(this.prefix)) return 0;
    const lease = Number(ackId.slice(this.prefix.length));
    return Number.isSafeInteger(lease) ? lease : 0;
  }
}

/** What the client is told of an ack id. Those that begin with TRANSIENT it sends again. */
const STALE = 'PERMANENT_FAILURE_INVALID_ACK_ID';
const NOT_APPLIED = 'TRANSIENT_FAILURE_OTHER_ACK_IDS_INVALID';

/**
 * The refusal of a request with stale ack ids. A google.rpc.ErrorInfo in its trailers tells the client which are stale and which
 * are good to be sent again; of what it does not name, Google's Node client takes all as failed for good.
 * Source: google/rpc/status.proto, google/rpc/error_details.proto.
 */
export function staleAckIds(stale: readonly string[], good: readonly string[]): StatusError {
  const message = 'Some acknowledgement ids in the request are invalid: their leases ended, or never were.';
  const reasons = [
    ...stale.map((ackId) => mapEntry(3, ackId, STALE)),
    ...good.map((ackId) => mapEntry(3, ackId, NOT_APPLIED)),
  ];
  const errorInfo = Buffer.concat([text(1, STALE), text(2, 'pubsub.googleapis.com'), ...reasons]);
  const any = Buffer.concat([text(1, 'type.googleapis.com/google.rpc.ErrorInfo'), lengthDelimited(2, errorInfo)]);
  const code = Buffer.from([1 << 3, status.FAILED_PRECONDITION]);
  const trailers = new Metadata();
  trailers.set('grpc-status-details-bin', Buffer.concat([code, text(2, message), lengthDelimited(3, any)]));
  return new StatusError(status.FAILED_PRECONDITION, message, trailers);
}

const text = (fieldNumber: number, value: string): Buffer => lengthDelimited(fieldNumber, Buffer.from(value));

const mapEntry = (fieldNumber: number, key: string, value: string): Buffer =>
  lengthDelimited(fieldNumber, Buffer.concat([text(1, key), text(2, value)]));
