import { trace, type Tracer } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Sets up W3C trace context for this process: spans get ids and parents, and `traceparent` travels with each message. */
export function startTracing(service: string): Tracer {
  new NodeTracerProvider().register();
  return trace.getTracer(`closing-bell/${service}`);
}
