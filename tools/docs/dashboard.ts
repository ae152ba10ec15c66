/** Units as Grafana calls them. */
type Unit = 's' | 'reqps' | 'short' | 'percentunit' | 'bytes' | 'dateTimeFromNow' | 'cps' | 'none';

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  /** What an operator reads off it. */
  readonly description: string;
  readonly unit: Unit;
  readonly kind?: 'timeseries' | 'stat';
  readonly queries: readonly Query[];
  /** A line to compare with. */
  readonly line?: number;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Across environments that one Prometheus holds; a metric without a namespace passes where all are chosen. */
const SCOPE = 'namespace=~"$namespace"';

const of = (metric: string, ...matchers: string[]): string => `${metric}{${[SCOPE, ...matchers].join(', ')}}`;
const rate = (metric: string, ...matchers: string[]): string => `rate(${of(metric, ...matchers)}[$__rate_interval])`;
const sum = (by: string, metric: string, ...matchers: string[]): string =>
  `sum by (${by}) (${rate(metric, ...matchers)})`;
const quantile = (level: number, by: string, histogram: string): string =>
  `histogram_quantile(${level}, ${sum(`${by === '' ? '' : `${by}, `}le`, `${histogram}_bucket`)})`;

const ROWS: readonly Row[] = [
  {
    title: 'Cascade',
    panels: [
      {
        title: 'Latest market close',
        description: 'By the calendar of the exchange.',
        unit: 'dateTimeFromNow',
        kind: 'stat',
        queries: [{ expr: `1000 * max(${of('closing_bell_market_close_timestamp_seconds')})`, legend: 'close' }],
      },
      {
        title: 'Latest close with a forecast',
        description:
          'Older than the latest market close for hours: the cascade is stuck. See retries, dead letters and lag.',
        unit: 'dateTimeFromNow',
        kind: 'stat',
        queries: [{ expr: `1000 * max(${of('closing_bell_forecast_close_timestamp_seconds')})`, legend: 'close' }],
      },
      {
        title: 'Open dead letters',
        description: 'Messages that were given up and not sent again. `closing-bell status` tells why.',
        unit: 'none',
        kind: 'stat',
        queries: [{ expr: `max(${of('closing_bell_dead_letters_open')})`, legend: 'open' }],
      },
      {
        title: 'Instances that run',
        description: 'By service, in the state RUNNING.',
        unit: 'none',
        kind: 'stat',
        queries: [
          {
            expr: `sum by (service) (${of('closing_bell_lifecycle_state', 'state="RUNNING"')})`,
            legend: '{{service}}',
          },
        ],
      },
      {
        title: 'Messages handled',
        description: 'A second, by subscription.',
        unit: 'reqps',
        queries: [
          { expr: sum('subscription', 'closing_bell_messages_total', 'outcome="done"'), legend: '{{subscription}}' },
        ],
      },
      {
        title: 'Lag, 90th percentile',
        description:
          'From publication to the start of the handling; of a message that is tried again, from its first publication.',
        unit: 's',
        queries: [
          { expr: quantile(0.9, 'subscription', 'closing_bell_message_lag_seconds'), legend: '{{subscription}}' },
        ],
      },
      {
        title: 'Handling time, 90th percentile',
        description: 'What a handler takes, publishing included.',
        unit: 's',
        queries: [{ expr: quantile(0.9, 'subscription', 'closing_bell_message_seconds'), legend: '{{subscription}}' }],
      },
      {
        title: 'Retries',
        description: 'Handlings that failed and will be tried again. The table failed_attempts has their errors.',
        unit: 'cps',
        queries: [
          { expr: sum('subscription', 'closing_bell_messages_total', 'outcome="retried"'), legend: '{{subscription}}' },
        ],
      },
      {
        title: 'Dead-lettered by handlers',
        description:
          'Messages that can never succeed. What Pub/Sub itself gives up comes on top: see open dead letters.',
        unit: 'cps',
        queries: [
          {
            expr: sum('subscription', 'closing_bell_messages_total', 'outcome="dead-lettered"'),
            legend: '{{subscription}}',
          },
        ],
      },
      {
        title: 'In hand',
        description: 'Messages whose handler runs; at the limit of the subscription the service is the bottleneck.',
        unit: 'none',
        queries: [
          { expr: `sum by (subscription) (${of('closing_bell_messages_in_hand')})`, legend: '{{subscription}}' },
        ],
      },
      {
        title: 'Publications that failed',
        description: 'Pub/Sub did not take a message; its cause is then handled again.',
        unit: 'cps',
        queries: [
          {
            expr: sum('service, topic', 'closing_bell_publications_total', 'outcome="failed"'),
            legend: '{{service}} → {{topic}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Bars and features',
    panels: [
      {
        title: 'Fetch time, 90th percentile',
        description: 'Of one symbol, by source.',
        unit: 's',
        queries: [{ expr: quantile(0.9, 'source', 'closing_bell_fetch_seconds'), legend: '{{source}}' }],
      },
      {
        title: 'Bars fetched',
        description: 'Rows a second: each close of a symbol brings its whole history.',
        unit: 'cps',
        queries: [{ expr: sum('source', 'closing_bell_bars_fetched_total'), legend: '{{source}}' }],
      },
      {
        title: 'Ingestions without usable bars',
        description: 'By reason. not-yet-published is normal in the first minutes after a close.',
        unit: 'cps',
        queries: [
          { expr: sum('source, reason', 'closing_bell_ingestion_failures_total'), legend: '{{source}}: {{reason}}' },
        ],
      },
      {
        title: 'Repairs',
        description: 'Rows that cleaning repaired, by rule.',
        unit: 'cps',
        queries: [{ expr: sum('rule', 'closing_bell_bar_repairs_total'), legend: '{{rule}}' }],
      },
      {
        title: 'Feature computation',
        description: 'Of one symbol: milliseconds where only new bars are computed, more where a service begins anew.',
        unit: 's',
        queries: [
          { expr: quantile(0.5, '', 'closing_bell_feature_seconds'), legend: 'median' },
          { expr: quantile(0.99, '', 'closing_bell_feature_seconds'), legend: '99th percentile' },
        ],
      },
      {
        title: 'Feature rows stored',
        description: 'A second: one a session of each symbol’s history.',
        unit: 'cps',
        queries: [{ expr: `sum(${rate('closing_bell_feature_rows_total')})`, legend: 'rows' }],
      },
    ],
  },
  {
    title: 'Training',
    panels: [
      {
        title: 'Decisions',
        description: 'What the trainer decided on the model that serves.',
        unit: 'cps',
        queries: [
          {
            expr: sum('decision, trigger', 'closing_bell_model_decisions_total'),
            legend: '{{decision}} ({{trigger}})',
          },
        ],
      },
      {
        title: 'Training time',
        description: 'Of one network that was fitted to its end.',
        unit: 's',
        queries: [
          {
            expr: `histogram_quantile(0.5, ${sum('le', 'closing_bell_training_seconds_bucket', 'outcome="done"')})`,
            legend: 'median',
          },
          {
            expr: `histogram_quantile(0.9, ${sum('le', 'closing_bell_training_seconds_bucket', 'outcome="done"')})`,
            legend: '90th percentile',
          },
        ],
      },
      {
        title: 'Trainings',
        description: 'That run or wait for a process, and those that failed.',
        unit: 'none',
        queries: [
          { expr: `sum(${of('closing_bell_trainings_running')})`, legend: 'running' },
          {
            expr: `sum(increase(${of('closing_bell_training_seconds_count', 'outcome="failed"')}[$__rate_interval]))`,
            legend: 'failed',
          },
        ],
      },
      {
        title: 'Epochs',
        description: 'A second, over all trainings: how fast the engine computes.',
        unit: 'cps',
        queries: [{ expr: `sum(${rate('closing_bell_training_epochs_total')})`, legend: 'epochs' }],
      },
    ],
  },
  {
    title: 'Forecasts',
    panels: [
      {
        title: 'Coverage of the 90 % interval',
        description:
          'Share of outcomes inside, over all symbols and the last 90 days, by horizon. It should be near 0.9.',
        unit: 'percentunit',
        line: 0.9,
        queries: [
          { expr: `max by (horizon) (${of('closing_bell_forecast_coverage_ratio')})`, legend: '{{horizon}} ahead' },
        ],
      },
      {
        title: 'Skill against naive',
        description: '1 − CRPS ÷ CRPS of “tomorrow = today”: the line at 0 is the baseline.',
        unit: 'percentunit',
        line: 0,
        queries: [
          { expr: `max by (horizon) (${of('closing_bell_forecast_skill_ratio')})`, legend: '{{horizon}} ahead' },
        ],
      },
      {
        title: 'Forecasts scored',
        description: 'How many outcomes the two figures beside rest on.',
        unit: 'none',
        queries: [{ expr: `max by (horizon) (${of('closing_bell_forecasts_scored')})`, legend: '{{horizon}} ahead' }],
      },
      {
        title: 'Forecasts made',
        description: 'A second, by what made them.',
        unit: 'cps',
        queries: [
          {
            expr: sum('forecaster', 'closing_bell_forecasts_total', 'outcome="forecast"'),
            legend: '{{forecaster}}',
          },
        ],
      },
      {
        title: 'Abstentions',
        description: 'A second. The table abstentions has the reasons.',
        unit: 'cps',
        queries: [
          {
            expr: sum('forecaster', 'closing_bell_forecasts_total', 'outcome="abstained"'),
            legend: '{{forecaster}}',
          },
        ],
      },
      {
        title: 'Drift alarms',
        description: 'Columns that alarmed in a day, by test. Many at once: the market moved, not a symbol.',
        unit: 'none',
        queries: [
          { expr: `sum by (test) (increase(${of('closing_bell_drift_alarms_total')}[1d]))`, legend: '{{test}}' },
        ],
      },
      {
        title: 'Forecast time, 90th percentile',
        description: 'Of one symbol, with the loading of its model where it was not loaded.',
        unit: 's',
        queries: [{ expr: quantile(0.9, '', 'closing_bell_forecast_seconds'), legend: '90th percentile' }],
      },
      {
        title: 'Models found loaded',
        description: 'Share of forecasts whose model was in memory.',
        unit: 'percentunit',
        queries: [
          {
            expr: `sum(${rate('closing_bell_model_cache_requests_total', 'result="hit"')}) / sum(${rate('closing_bell_model_cache_requests_total')})`,
            legend: 'loaded',
          },
        ],
      },
    ],
  },
  {
    title: 'Warehouse',
    panels: [
      {
        title: 'Time, 90th percentile',
        description: 'Of an insert or a query.',
        unit: 's',
        queries: [{ expr: quantile(0.9, 'operation', 'closing_bell_warehouse_seconds'), legend: '{{operation}}' }],
      },
      {
        title: 'Rows written',
        description: 'A second, by table; outcomes are matured forecasts.',
        unit: 'cps',
        queries: [{ expr: sum('table', 'closing_bell_warehouse_rows_total'), legend: '{{table}}' }],
      },
      {
        title: 'Failures',
        description: 'A second. Nothing is lost: the messages come again.',
        unit: 'cps',
        queries: [{ expr: sum('operation', 'closing_bell_warehouse_failures_total'), legend: '{{operation}}' }],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'CPU',
        description: 'Cores in use.',
        unit: 'none',
        queries: [{ expr: sum('service', 'process_cpu_seconds_total'), legend: '{{service}}' }],
      },
      {
        title: 'Event loop: utilisation',
        description: 'Near 1 the one thread of a service is its limit.',
        unit: 'percentunit',
        queries: [
          { expr: `max by (service) (${rate('closing_bell_event_loop_active_seconds_total')})`, legend: '{{service}}' },
        ],
      },
      {
        title: 'Event loop: delay, 99th percentile',
        description: 'Ten milliseconds are none at all: that is how often it is measured.',
        unit: 's',
        queries: [{ expr: `max by (service) (${of('nodejs_eventloop_lag_p99_seconds')})`, legend: '{{service}}' }],
      },
      {
        title: 'Memory',
        description: 'Resident, of the largest instance.',
        unit: 'bytes',
        queries: [{ expr: `max by (service) (${of('process_resident_memory_bytes')})`, legend: '{{service}}' }],
      },
      {
        title: 'Heap in use',
        description: 'JavaScript’s own, of the largest instance; a steady climb is a leak.',
        unit: 'bytes',
        queries: [{ expr: `max by (service) (${of('nodejs_heap_size_used_bytes')})`, legend: '{{service}}' }],
      },
      {
        title: 'Versions',
        description: 'Instances by version and commit: more than one while a release is rolled out.',
        unit: 'none',
        queries: [
          { expr: `count by (version, commit) (${of('closing_bell_build_info')})`, legend: '{{version}} {{commit}}' },
        ],
      },
    ],
  },
];

const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const SIZES = { stat: { w: 6, h: 4 }, timeseries: { w: 8, h: 8 } } as const;

/** The dashboard as Grafana imports it. */
export function dashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const { w, h } = SIZES[panel.kind ?? 'timeseries'];
      if (x + w > COLUMNS || (height > 0 && h !== height)) [x, y] = [0, y + height];
      height = h;
      panels.push(grafanaPanel(panel, panels.length + 1, { x, y, w, h }));
      x += w;
    }
    y += height;
  }
  return `${JSON.stringify(
    {
      uid: 'closing-bell',
      title: 'Closing Bell',
      description: 'From market close to forecast: cascade, training, forecast quality, warehouse, processes.',
      tags: ['closing-bell'],
      schemaVersion: 39,
      version: 1,
      editable: true,
      refresh: '1m',
      time: { from: 'now-24h', to: 'now' },
      timezone: 'utc',
      templating: {
        list: [
          { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
          {
            name: 'namespace',
            label: 'Namespace',
            type: 'query',
            datasource: DATA_SOURCE,
            query: 'label_values(closing_bell_build_info, namespace)',
            includeAll: true,
            allValue: '.*',
            multi: true,
            refresh: 2,
            current: { text: 'All', value: '$__all' },
          },
        ],
      },
      panels,
    },
    null,
    2,
  )}\n`;
}

function grafanaPanel(
  { title, description, unit, kind = 'timeseries', queries, line }: Panel,
  id: number,
  gridPos: object,
): object {
  const steps = [{ color: 'green', value: null }, ...(line === undefined ? [] : [{ color: 'text', value: line }])];
  return {
    id,
    type: kind,
    title,
    description,
    gridPos,
    datasource: DATA_SOURCE,
    fieldConfig: {
      defaults: {
        unit,
        thresholds: { mode: 'absolute', steps },
        ...(line === undefined ? {} : { custom: { thresholdsStyle: { mode: 'line' } } }),
      },
      overrides: [],
    },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, colorMode: 'none' }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATA_SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}
