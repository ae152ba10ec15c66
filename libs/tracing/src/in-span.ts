import { type Attributes, type Context, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const TRACER = 'closing-bell';

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** Default: a step inside the process. */
  readonly kind?: SpanKind;
  /** What the span belongs to, where that is not what runs now. */
  readonly parent?: Context;
}

/**
 * Runs work in a span that is the active one meanwhile; a failure is recorded on it and passed on. A process that set up no tracing
 * just runs the work.
 *
 * @param name of few kinds, such as `fetch bars`: what differs from case to case belongs into the attributes
 */
export async function inSpan<T>(
  name: string,
  { attributes = {}, kind = SpanKind.INTERNAL, parent = context.active() }: SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  return trace.getTracer(TRACER).startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}
