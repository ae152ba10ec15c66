import { context, propagation, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { type Middleware } from '../handler';
import { envelopeOf } from '../received-message';

/**
 * Runs the handler in a span whose parent is the publisher's, by the `traceparent` attribute: one close, one trace. The
 * client's own tracing activates no span inside the handler and uses another attribute, so it is not used.
 */
export function tracing(tracer: Tracer): Middleware {
  return (next) => (incoming) => {
    const { received, subscription } = incoming;
    const envelope = envelopeOf(received);
    const parent = propagation.extract(context.active(), received.attributes);
    const attributes = {
      'messaging.system': 'gcp_pubsub',
      'messaging.operation.type': 'process',
      'messaging.destination.name': subscription.topic,
      'messaging.destination.subscription.name': subscription.name,
      'messaging.message.id': received.id,
      'messaging.gcp_pubsub.message.delivery_attempt': received.deliveryAttempt,
      'closing_bell.correlation_id': envelope.correlationId,
      'closing_bell.subject': envelope.subject,
    };
    return tracer.startActiveSpan(
      `process ${subscription.topic}`,
      { kind: SpanKind.CONSUMER, attributes },
      parent,
      async (span) => {
        try {
          return await next(incoming);
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      },
    );
  };
}
