import { type QueryClient, type QueryKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Recorded } from '../../../apps/monitor/src/api/answers';

/** Whether changes arrive by themselves. */
export type Connection = 'connecting' | 'live' | 'polling';

/** Events of a replay come by the hundred a second; pages follow at this pace. */
const GATHER_MS = 700;
/** One of several monitors tells only what it recorded itself: the rest is asked for. */
const POLL_LIVE_MS = 30_000;
const POLL_ALONE_MS = 5_000;
const RECONNECT_MS = 5_000;

let connection: Connection = 'connecting';
const listeners = new Set<() => void>();

export function pollEvery(): number {
  return connection === 'live' ? POLL_LIVE_MS : POLL_ALONE_MS;
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

/** Follows the monitor's stream for as long as the page is open, and asks anew for what it says has changed. */
export function listen(queries: QueryClient): void {
  const gathered: Recorded[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const recorded = gathered.splice(0);
    void queries.invalidateQueries({ predicate: ({ queryKey }) => concerns(queryKey, recorded) });
  };
  let source: EventSource | undefined;
  let missed = false;
  const connect = (): void => {
    source?.close();
    const stream = new EventSource('/api/stream');
    source = stream;
    stream.addEventListener('open', () => {
      // What was recorded while nobody listened is asked for.
      if (missed) void queries.invalidateQueries();
      missed = false;
      become('live');
    });
    stream.addEventListener('recorded', ({ data }: MessageEvent<string>) => {
      gathered.push(JSON.parse(data) as Recorded);
      timer ??= setTimeout(flush, GATHER_MS);
    });
    stream.addEventListener('error', () => {
      missed = true;
      become('polling');
      // The browser gives up for good where the answer is no stream, as from a proxy while the monitor restarts.
      if (stream.readyState === EventSource.CLOSED) {
        setTimeout(() => {
          if (source === stream) connect();
        }, RECONNECT_MS);
      }
    });
  };
  // A browser opens six connections to an address and no more: a page that nobody sees takes none of them.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
      missed = true;
    } else if (source === undefined) connect();
  });
  if (!document.hidden) connect();
}

/** Whether an answer may differ after these rows: one about a symbol only after rows of that symbol. */
export function concerns(key: QueryKey, recorded: readonly Recorded[]): boolean {
  const [first, second] = key;
  if (first !== 'symbols' || typeof second !== 'string') return recorded.length > 0;
  return recorded.some(({ symbol }) => symbol === null || symbol === second);
}

function become(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
}
