import { context, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { loadConfig } from '../src';
import { createLogger } from '../src/logging';

/** The lines that are logged inside a span, and its trace. */
function loggedWith(environment: Record<string, string>): { lines: Record<string, unknown>[]; traceId: string } {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger('monitor', loadConfig(environment), {
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const traceId = trace.getTracer('test').startActiveSpan('work', (span) => {
    logger.info({ token: 'abc' }, 'recorded');
    span.end();
    return span.spanContext().traceId;
  });
  logger.info('outside');
  return { lines, traceId };
}

describe('the log', () => {
  beforeAll(() => new NodeTracerProvider().register());
  afterAll(() => {
    trace.disable();
    context.disable();
  });

  it('carries the active trace, also as Cloud Logging knows it, and no secret', () => {
    const { lines, traceId } = loggedWith({ CLOSING_BELL_PROJECT: 'my-project' });
    expect(lines[0]).toMatchObject({
      service: 'monitor',
      severity: 'INFO',
      message: 'recorded',
      token: '[Redacted]',
      traceId,
      'logging.googleapis.com/trace': `projects/my-project/traces/${traceId}`,
    });
    expect(lines[1]).not.toHaveProperty('traceId');
  });

  it('leaves Google out of it elsewhere', () => {
    const { lines, traceId } = loggedWith({ PUBSUB_EMULATOR_HOST: '127.0.0.1:8085' });
    expect(lines[0]).toMatchObject({ traceId });
    expect(lines[0]).not.toHaveProperty(['logging.googleapis.com/trace']);
  });
});
