import { type Logger } from 'pino';
import { type Registry } from 'prom-client';
import { type Handler, type Middleware } from './handler';
import { attemptFailures } from './middlewares/attempt-failures';
import { deadLettering } from './middlewares/dead-lettering';
import { logging } from './middlewares/logging';
import { metrics } from './middlewares/metrics';
import { publishing } from './middlewares/publishing';
import { tracing } from './middlewares/tracing';
import { type PayloadHandler, validation } from './middlewares/validation';
import { type Publisher } from './publisher';

/** What the middlewares need from outside. */
export interface PipelineDependencies {
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: () => Date;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Builds the one order in which the middlewares wrap, outermost first:
 * dead-lettering, since whatever fails for good inside must end there; tracing, so that every line and number below belongs to
 * the span; the announcement of failed attempts, inside these two because what fails around it is Pub/Sub, to which nothing could be
 * announced, and around the others lest a message seem to take as long as its announcement; metrics and logging, which see the true outcome; publishing, inside them because its failure is the message's
 * failure; validation, next to the handler.
 */
export function pipeline(dependencies: PipelineDependencies): (handle: PayloadHandler) => Handler {
  const { publisher, logger, registry, clock, now } = dependencies;
  const outermostFirst: Middleware[] = [
    deadLettering(publisher, logger),
    tracing,
    attemptFailures(publisher, logger, clock),
    metrics(registry, now, clock),
    logging(logger, now),
    publishing(publisher, clock),
  ];
  return (handle) => outermostFirst.reduceRight((inner, middleware) => middleware(inner), validation(handle));
}
