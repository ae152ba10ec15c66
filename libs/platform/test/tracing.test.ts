import { context, propagation, trace } from '@opentelemetry/api';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { loadConfig } from '../src';
import { startTracing } from '../src/tracing';

/** An address of this machine at which nothing listens. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  const url = await urlOf(server);
  await new Promise((closed) => server.close(closed));
  return url;
}

async function urlOf(server: Server): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const span = (name: string): string => {
  const started = trace.getTracer('test').startSpan(name);
  started.end();
  return started.spanContext().traceId;
};

describe('startTracing', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });

  it('gives spans ids and sends nothing where no collector is named', async () => {
    const troubles: string[] = [];
    const tracing = startTracing('monitor', loadConfig({}), (trouble) => troubles.push(trouble));
    expect(span('work')).toMatch(/^[0-9a-f]{32}$/);
    await tracing.stop(1000);
    expect(troubles).toEqual([]);
  });

  it('says once that the collector is not reached, and stops in time', async () => {
    const troubles: string[] = [];
    const config = loadConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${await deadAddress()}/traces` });
    const tracing = startTracing('monitor', config, (trouble) => troubles.push(trouble));
    // More than a batch: several attempts fail.
    for (let index = 0; index < 1200; index += 1) span('work');
    const stopping = performance.now();
    await tracing.stop(3000);
    expect(performance.now() - stopping).toBeLessThan(10_000);
    expect(troubles).toEqual([expect.stringMatching(/^traces are lost: the collector at http:\/\/127\.0\.0\.1:\d+/)]);
  });

  it('does not wait for a collector that takes and never answers', async () => {
    const silent = createServer(() => undefined);
    const config = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: await urlOf(silent) });
    const tracing = startTracing('monitor', config, () => undefined);
    span('work');
    const stopping = performance.now();
    await tracing.stop(100);
    expect(performance.now() - stopping).toBeLessThan(5000);
    silent.closeAllConnections();
    await new Promise((closed) => silent.close(closed));
  });

  it('traces the share of cascades that is asked for, and passes the decision on', () => {
    startTracing('monitor', loadConfig({ OTEL_TRACES_SAMPLER_ARG: '0' }), () => undefined);
    const carrier: Record<string, string> = {};
    const started = trace.getTracer('test').startSpan('work');
    propagation.inject(trace.setSpan(context.active(), started), carrier);
    expect(started.isRecording()).toBe(false);
    expect(carrier.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});
