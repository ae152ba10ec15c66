import { inSpan } from '@closing-bell/tracing';
import { context, propagation, SpanKind } from '@opentelemetry/api';
import { type Handler } from '../handler';
import { envelopeOf } from '../received-message';

/**
 * Runs the handler in a span whose parent is the publisher's, by the `traceparent` attribute: one close, one trace. The
 * client's own tracing activates no span inside the handler and uses another attribute, so it is not used.
 */
export function tracing(next: Handler): Handler {
  return (incoming) => {
    const { received, subscription } = incoming;
    const { correlationId, subject } = envelopeOf(received);
    const attributes = {
      'messaging.system': 'gcp_pubsub',
      'messaging.operation.type': 'process',
      'messaging.destination.name': subscription.topic,
      'messaging.destination.subscription.name': subscription.name,
      'messaging.message.id': received.id,
      'messaging.gcp_pubsub.message.delivery_attempt': received.deliveryAttempt,
      'closing_bell.correlation_id': correlationId,
      'closing_bell.subject': subject,
    };
    const parent = propagation.extract(context.active(), received.attributes);
    return inSpan(`process ${subscription.topic}`, { kind: SpanKind.CONSUMER, attributes, parent }, () =>
      next(incoming),
    );
  };
}
