import { serviceMetrics } from './service-metrics';

const HEADER = `<!-- Written by \`make docs\` from what the services register. Do not edit. -->

# Metrics

Each service answers \`GET /metrics\` in Prometheus’ text format. Every metric has the label \`service\`; no label ever takes a symbol, a
session or an id. [How they are read](guide/observability.md).

Beside these each service has Node’s own, \`process_*\` and \`nodejs_*\`. The quantiles \`nodejs_eventloop_lag_*\` are of timers ten
milliseconds apart and contain these: an idle service shows 0.010, and what is above is delay. They start anew with each scrape.

| service | metric | kind | labels | what it is |
| --- | --- | --- | --- | --- |
`;

/** Every metric of ours, as a table. */
export function metricsPage(): string {
  const rows = serviceMetrics()
    .filter(({ name }) => name.startsWith('closing_bell_'))
    .map(
      ({ service, name, type, labels, help }) =>
        `| ${service} | \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${help} |`,
    );
  return `${HEADER}${rows.join('\n')}\n`;
}
