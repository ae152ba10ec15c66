import { propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type PubSub } from '@google-cloud/pubsub';
import { ingestionRequested } from '@closing-bell/contracts';
import { message } from '../../src/message';
import { tracing } from '../../src/middlewares/tracing';
import { Publisher } from '../../src/publisher';
import { incoming, payload, received } from '../fixtures';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
beforeAll(() => provider.register());
afterEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  propagation.disable();
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;

describe('tracing', () => {
  it('continues the publisher’s trace, and what the handler publishes carries it on', async () => {
    const sent: Record<string, string>[] = [];
    const topic = {
      publishMessage: async (raw: { attributes: Record<string, string> }) => void sent.push(raw.attributes),
    };
    const publisher = new Publisher({
      pubsub: { topic: () => topic } as unknown as PubSub,
      source: 'x',
      clock: () => new Date(0),
    });
    const handle = tracing(async () => {
      await publisher.publish(message(ingestionRequested, payload));
      return [];
    });
    await handle(incoming({ attributes: { ...received().attributes, traceparent } }));
    const [publish, process] = exporter.getFinishedSpans();
    expect(process?.spanContext().traceId).toBe(TRACE);
    expect(process?.name).toBe('process ingestion-requested');
    expect(publish).toMatchObject({ name: 'publish ingestion-requested', parentSpanId: process?.spanContext().spanId });
    expect(sent[0]?.traceparent).toBe(`00-${TRACE}-${publish?.spanContext().spanId}-01`);
  });

  it('records a failure on the span and lets it through', async () => {
    const handle = tracing(() => Promise.reject(new Error('boom')));
    await expect(handle(incoming())).rejects.toThrow('boom');
    expect(exporter.getFinishedSpans()[0]).toMatchObject({ status: { code: 2, message: 'boom' } });
  });
});
