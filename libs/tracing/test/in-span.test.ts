import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { inSpan } from '../src';

describe('inSpan', () => {
  it('just runs the work where no tracing is set up', async () => {
    expect(await inSpan('work', {}, async () => 42)).toBe(42);
  });

  describe('with tracing', () => {
    const exporter = new InMemorySpanExporter();
    beforeAll(() => new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register());
    afterEach(() => exporter.reset());
    afterAll(() => {
      trace.disable();
      context.disable();
    });

    it('nests a span in the one that is active, also after a pause', async () => {
      await inSpan('outer', {}, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await inSpan('inner', { attributes: { rows: 3 } }, async () => undefined);
      });
      const [inner, outer] = exporter.getFinishedSpans();
      expect(inner).toMatchObject({
        name: 'inner',
        parentSpanId: outer?.spanContext().spanId,
        attributes: { rows: 3 },
      });
    });

    it('records a failure and passes it on', async () => {
      await expect(inSpan('work', {}, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
      expect(exporter.getFinishedSpans()[0]).toMatchObject({ status: { code: 2, message: 'boom' } });
    });
  });
});
