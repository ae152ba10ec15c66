import { SERVICES } from '@closing-bell/contracts';
import { openWarehouse } from '@closing-bell/warehouse';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceMetrics } from '../../../tools/docs/service-metrics';
import { Collector } from './collector';
import { System } from './system';

/** What labels may say: words of the code, kinds of things, numbers; neither a symbol nor a day nor an id. */
const BOUNDED = /^(\+Inf|[\d.e+-]{1,8}|[a-zA-Z][\w. -]{0,60}|v\d+\.\d+\.\d+|\d+\.\d+\.\d+)$/;
const DAY = /\d{4}-\d{2}-\d{2}/;

describe('what the five real processes tell of themselves', () => {
  let home: string;
  let collector: Collector;
  let system: System;
  let pages: Record<string, string>;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'closing-bell-observed-'));
    collector = await Collector.start();
    system = new System(home, {
      CLOSING_BELL_LSTM_UNITS: '4',
      CLOSING_BELL_LSTM_EPOCHS: '1',
      CLOSING_BELL_COMMIT: 'a'.repeat(40),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=se%20cret',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    await system.start();
    // The first close trains; two sessions after it, forecasts have matured.
    expect(await system.run('replay', '--from', '2020-03-11', '--to', '2020-03-13', '--json')).toMatchObject({
      code: 0,
    });
    const scraped = Object.entries(system.addresses().services).map(async ([service, url]) => {
      const answer = await fetch(`${url}/metrics`);
      expect(answer.status).toBe(200);
      return [service, await answer.text()] as const;
    });
    pages = Object.fromEntries(await Promise.all(scraped));
    expect(await system.stop()).toBe(0);
  }, 240_000);
  afterAll(async () => {
    await system.stop();
    await collector.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const samplesOf = (service: string): string[] =>
    (pages[service] ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('is every metric that the docs name, under the name of its service', () => {
    expect(Object.keys(pages).sort()).toEqual([...SERVICES].sort());
    for (const { service, name, type } of serviceMetrics()) {
      for (const each of service === 'every service' ? SERVICES : [service]) {
        expect([each, name, pages[each]?.includes(`\n# TYPE ${name} ${type}\n`)]).toEqual([each, name, true]);
      }
    }
    for (const service of SERVICES) {
      for (const sample of samplesOf(service)) expect(sample).toMatch(new RegExp(`[{,]service="${service}"[,}]`));
    }
  });

  it('has labels of few values: no symbol, no session, no id', () => {
    for (const service of SERVICES) {
      for (const sample of samplesOf(service)) {
        for (const [, label, value] of sample.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) {
          if (label === 'commit') continue;
          expect([sample, BOUNDED.test(value ?? '') && !DAY.test(value ?? '')]).toEqual([sample, true]);
          expect(value).not.toContain('GSPC');
        }
      }
    }
  });

  it.each([
    ['ingestor', /^closing_bell_bars_fetched_total\{source="sample",.*\} \d{5}$/m],
    ['ingestor', /^closing_bell_publications_total\{topic="bars-ingested",outcome="accepted",.*\} 3$/m],
    ['feature-service', /^closing_bell_feature_seconds_count\{.*\} 3$/m],
    ['trainer', /^closing_bell_training_epochs_total\{.*\} [1-9]/m],
    ['trainer', /^closing_bell_trainings_running\{.*\} 0$/m],
    ['trainer', /^closing_bell_model_decisions_total\{decision="\w+",trigger="features-computed",.*\} [123]$/m],
    ['predictor', /^closing_bell_forecasts_total\{outcome="forecast",forecaster="[\w-]+",.*\} [1-9]/m],
    ['predictor', /^closing_bell_model_cache_requests_total\{result="miss",.*\} [1-9]/m],
    ['monitor', /^closing_bell_warehouse_rows_total\{table="outcomes",.*\} [1-9]/m],
    ['monitor', /^closing_bell_market_close_timestamp_seconds\{.*\} 1\d{9}$/m],
    ['monitor', /^closing_bell_messages_total\{subscription="monitor.forecast-made",outcome="done",.*\} [3-9]/m],
    ['monitor', /^closing_bell_lifecycle_state\{state="RUNNING",.*\} 1$/m],
    ['monitor', /^closing_bell_build_info\{version="[\d.]+",commit="a{40}",.*\} 1$/m],
    ['monitor', /^closing_bell_event_loop_active_seconds_total\{.*\} 0?[\d.]+$/m],
  ])('counts what happened at the %s: %s', (service, sample) => {
    expect(pages[service]).toMatch(sample);
  });

  it('is one trace a close: every span of a cascade, from its publication on, with its parent', async () => {
    const warehouse = await openWarehouse(`duckdb:${join(home, 'warehouse.duckdb')}`);
    const cascades = await warehouse.query<{ session: string; traces: number; trace_id: string }>(
      `SELECT session, COUNT(DISTINCT trace_id) AS traces, MIN(trace_id) AS trace_id
       FROM events WHERE trace_id IS NOT NULL GROUP BY session ORDER BY session`,
    );
    await warehouse.close();
    expect(cascades.map(({ session, traces }) => [session, traces])).toEqual([
      ['2020-03-11', 1],
      ['2020-03-12', 1],
      ['2020-03-13', 1],
    ]);
    for (const { trace_id } of cascades) {
      const spans = collector.spans.filter(({ traceId }) => traceId === trace_id);
      const ids = new Set(spans.map(({ spanId }) => spanId));
      const roots = spans.filter(({ parentSpanId }) => !parentSpanId);
      expect(roots.map(({ service, name }) => [service, name])).toEqual([['command-line', 'publish market-closed']]);
      for (const { name, parentSpanId } of spans) {
        if (parentSpanId) expect([name, ids.has(parentSpanId)]).toEqual([name, true]);
      }
      const told = new Set(spans.map(({ service, name }) => `${service}: ${name}`));
      for (const expected of [
        'ingestor: process market-closed',
        'ingestor: publish ingestion-requested',
        'ingestor: process ingestion-requested',
        'ingestor: fetch bars',
        'ingestor: store snapshot',
        'ingestor: publish bars-ingested',
        'feature-service: process bars-ingested',
        'feature-service: compute features',
        'feature-service: store snapshot',
        'trainer: process features-computed',
        'trainer: publish model-ready',
        'predictor: process model-ready',
        'predictor: forecast',
        'predictor: publish forecast-made',
        'monitor: process forecast-made',
        'monitor: warehouse insert',
      ]) {
        expect(told).toContain(expected);
      }
    }
    const all = new Set(collector.spans.map(({ name }) => name));
    for (const once of ['train network', 'judge challenger', 'load model']) expect(all).toContain(once);
    expect(all.size).toBeLessThan(35);
    expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set([...SERVICES, 'command-line']));
  });

  it('says of every span where it comes from, and gives the collector its key', () => {
    for (const { resource } of collector.spans) {
      expect(resource).toMatchObject({
        'service.namespace': 'closing-bell',
        'service.version': expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown,
        'deployment.environment.name': 'test',
      });
    }
    for (const headers of collector.headers) expect(headers['x-key']).toBe('se cret');
  });
});
