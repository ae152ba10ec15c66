import {
  type Contract,
  ENVELOPE_ATTRIBUTES as NAMES,
  MAX_MESSAGE_BYTES,
  parseType,
  PermanentError,
  REDRIVE_ATTRIBUTE,
  validate,
} from '@closing-bell/contracts';
import { type Handler, type Incoming } from '../handler';
import { type OutgoingMessage } from '../message';
import { deadLetterOf, envelopeOf, handlingOf, type MessageContext } from '../received-message';

/** The innermost handler: a checked payload and its context. */
export type PayloadHandler = (payload: object, context: MessageContext) => Promise<readonly OutgoingMessage[]>;

/**
 * Turns bytes and attributes into a checked payload, or throws a PermanentError that names what is wrong. The last thing
 * before the handler, so that all the middlewares around it see a refusal like any other failure.
 */
export function validation(handle: PayloadHandler): Handler {
  return async (incoming) => {
    const { received, subscription } = incoming;
    const payload = subscription.contract ? checkedPayload(subscription.contract, incoming) : deadLetterOf(received);
    const redriveOf = received.attributes[REDRIVE_ATTRIBUTE];
    const causedBy = handlingOf(received);
    return handle(payload, {
      envelope: envelopeOf(received),
      publishTime: received.publishTime,
      deliveryAttempt: received.deliveryAttempt,
      draining: incoming.draining,
      ...(causedBy === undefined ? {} : { causedBy }),
      ...(redriveOf === undefined ? {} : { redriveOf }),
    });
  };
}

function checkedPayload(contract: Contract, { received, subscription }: Incoming): object {
  const refuse = (reason: string, what: string): never => {
    throw new PermanentError(`message ${received.id} on ${subscription.topic}: ${what}`, {
      reason,
      type: contract.type,
    });
  };
  checkType(contract, received.attributes[NAMES.type], refuse);
  if (received.data.length > MAX_MESSAGE_BYTES) {
    refuse('over-size', `data of ${received.data.length} bytes, at most ${MAX_MESSAGE_BYTES}`);
  }
  if (subscription.ordered && received.orderingKey === '') {
    refuse('missing-ordering-key', 'no ordering key; it must be the subject');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(received.data));
  } catch (error) {
    refuse('undecodable-payload', `data is not JSON in UTF-8 (${(error as Error).message})`);
  }
  const payload = validate(contract, parsed);
  const subject = contract.subject(payload);
  if (subscription.ordered && received.orderingKey !== subject) {
    refuse('wrong-ordering-key', `ordering key "${received.orderingKey}" is not the subject "${subject}"`);
  }
  return payload;
}

function checkType(
  contract: Contract,
  type: string | undefined,
  refuse: (reason: string, what: string) => never,
): void {
  if (type === contract.type) return;
  if (type === undefined || type === '') return refuse('unknown-type', `attribute ${NAMES.type} is missing`);
  const parsed = parseType(type);
  if (!parsed || parsed.name !== contract.name) {
    return refuse('unknown-type', `${NAMES.type} "${type}" is not ${contract.type}`);
  }
  if (parsed.version > contract.version) {
    refuse(
      'newer-version',
      `${NAMES.type} "${type}" is newer than ${contract.type}, which this release reads; upgrade, then redrive`,
    );
  }
  refuse('unsupported-version', `${NAMES.type} "${type}" is older than this release reads (${contract.type})`);
}
