import { inspect } from 'node:util';
import { truncate } from './truncate';

const SECRETS: readonly [pattern: RegExp, shown: string][] = [
  // User and password, and the query, in which signed addresses carry their signature.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#]+)\?[^\s"')]+/gi, '$1?…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …'],
  [/\b((?:api[-_]?key|token|password|passwd|secret|signature|authorization)["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi, '$1…'],
];

/** What an error says, with those that caused it, in one line that may be shown: at most `limit` bytes, without secrets. */
export function accountOf(error: unknown, limit: number): string {
  const said: string[] = [];
  for (let each = error; each !== undefined && said.length < 4; each = each instanceof Error ? each.cause : undefined) {
    said.push(
      each instanceof Error ? `${each.name}: ${each.message}` : typeof each === 'string' ? each : inspect(each),
    );
  }
  const line = said
    .join('; because of ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return truncate(
    SECRETS.reduce((text, [pattern, shown]) => text.replace(pattern, shown), line),
    limit,
  );
}
