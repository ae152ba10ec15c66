import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import { version } from './code';
import { type Config } from './config/config';

/** Of the configuration, what tracing takes. */
export type TracingConfig = Pick<
  Config,
  'otlpEndpoint' | 'otlpTracesEndpoint' | 'otlpHeaders' | 'traceRatio' | 'resourceAttributes' | 'commit'
>;

export interface Tracing {
  /** Sends the spans that are left, as far as that is done in time. */
  stop(milliseconds: number): Promise<void>;
}

/**
 * Sets up W3C trace context for this process: spans get ids and parents, and `traceparent` travels with each message. Where the
 * configuration names a collector, spans are sent there in batches, beside the work; without one they only give logs their ids.
 *
 * @param service who speaks: a service, or `command-line`
 * @param report told once that the collector is not reached, until it is again
 */
export function startTracing(service: string, config: TracingConfig, report: (trouble: string) => void): Tracing {
  const url = collectorUrl(config);
  const provider = new NodeTracerProvider({
    resource: new Resource({
      ...Object.fromEntries(config.resourceAttributes.map(nameAndValue)),
      'service.name': service,
      'service.namespace': 'closing-bell',
      'service.version': version,
      ...(config.commit === undefined ? {} : { 'vcs.ref.head.revision': config.commit }),
    }),
    // Whoever opens a trace decides for all of it: half a cascade explains nothing.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(config.traceRatio) }),
    ...(url === undefined ? {} : { spanProcessors: [new BatchSpanProcessor(exporterTo(url, config, report))] }),
  });
  provider.register();
  return {
    stop: async (milliseconds) => {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
      await Promise.race([provider.shutdown().catch(() => undefined), over]);
      clearTimeout(timer);
    },
  };
}

/** Where spans go: an address for traces alone as it is, or the one of all signals with the path that OTLP prescribes. */
function collectorUrl({ otlpEndpoint, otlpTracesEndpoint }: TracingConfig): string | undefined {
  if (otlpTracesEndpoint !== undefined) return otlpTracesEndpoint;
  return otlpEndpoint === undefined ? undefined : `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`;
}

function exporterTo(url: string, { otlpHeaders }: TracingConfig, report: (trouble: string) => void): SpanExporter {
  const headers = Object.fromEntries((otlpHeaders ?? '').split(',').filter(Boolean).map(nameAndValue));
  const exporter = new OTLPTraceExporter({ url, headers });
  let reached = true;
  return {
    export: (spans, settle) =>
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error && reached) report(`traces are lost: the collector at ${url} does not take them (${error.message})`);
        reached = error === undefined;
        settle(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

/** `name=value`, percent-encoded as OpenTelemetry's variables are. */
function nameAndValue(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
}
