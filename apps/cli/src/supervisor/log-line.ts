import { styleText } from 'node:util';

const COLOURS = {
  ingestor: 'cyan',
  'feature-service': 'green',
  trainer: 'yellow',
  predictor: 'magenta',
  monitor: 'blue',
  pubsub: 'gray',
} as const;

interface Entry {
  readonly severity?: string;
  readonly time?: string;
  readonly message?: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
  readonly milliseconds?: number;
}

/** How severe a line is, from its JSON; what is no JSON is taken for information. */
export function severityOf(line: string): string {
  return parse(line)?.severity ?? 'INFO';
}

/** A service's JSON log line for people: time, service, what happened; a failure's stack below. */
export function readableLine(service: string, line: string, colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text) : text;
  const name = paint(COLOURS[service as keyof typeof COLOURS] ?? 'white', service.padEnd(15));
  const entry = parse(line);
  if (!entry) return `         ${name} ${line}`;
  const { severity = 'INFO', time = '', message = '', err } = entry;
  const took = entry.milliseconds === undefined ? '' : paint('dim', ` ${entry.milliseconds} ms`);
  const mark =
    severity === 'INFO' || severity === 'DEBUG' || severity === 'TRACE'
      ? ''
      : `${paint(severity === 'WARN' ? 'yellow' : 'red', severity)} `;
  const stack = err ? `\n${(err.stack ?? err.message ?? '').replace(/^/gm, '         ')}` : '';
  return `${time.slice(11, 19)} ${name} ${mark}${message}${took}${stack}`;
}

function parse(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
