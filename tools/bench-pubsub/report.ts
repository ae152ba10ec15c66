import { type Result } from './scenario';
import { type ServerKind } from './server-process';

export interface Measurement {
  readonly scenario: string;
  readonly server: ServerKind;
  readonly median: Result;
}

const HEADINGS = ['load', 'server', 'messages/s', 'p50 ms', 'p99 ms', 'server CPU s', 'server peak MB'];

/** The measurements as a Markdown page. */
export function table(machine: string, measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ scenario, server, median }) => [
    scenario,
    server,
    Math.round(median.messagesPerSecond).toLocaleString('en'),
    median.p50.toFixed(1),
    median.p99.toFixed(1),
    median.cpuSeconds.toFixed(1),
    median.peakMegabytes.toFixed(0),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '# Pub/Sub benchmark',
    '',
    `${machine}. Written by \`make bench-pubsub\`. Server, publisher and subscribers are processes of their own, all with the unmodified`,
    'Node client and its default settings; subscribers share one subscription. Messages/s count from the first publish to the last',
    'message received; latency is from the publish call to the handler (in the first loads the backlog makes it).',
    '',
    line(HEADINGS),
    line(HEADINGS.map((_, index) => (index < 2 ? '---' : '---:'))),
    ...rows.map(line),
    '',
  ].join('\n');
}
