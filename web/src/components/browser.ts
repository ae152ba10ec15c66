import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useSearchParams } from 'wouter';

/** Below it, tables become cards and graphs run downwards. */
const NARROW = '(max-width: 899px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(NARROW);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(NARROW).matches,
  );
}

/** The width of the window, pixels. */
export function useWindowWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('resize', listener);
      return () => window.removeEventListener('resize', listener);
    },
    () => window.innerWidth,
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Closing Bell' : `${title} · Closing Bell`;
  }, [title]);
}

/** The width of an element as the window changes; 0 before it is there. */
export function useWidth<E extends HTMLElement>(): [(element: E | null) => void, number] {
  const [width, setWidth] = useState(0);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const attach = useCallback((element: E | null) => {
    observer.current?.disconnect();
    if (!element) return;
    setWidth(element.clientWidth);
    observer.current = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.current.observe(element);
  }, []);
  return [attach, width];
}

/** State that lies in the address. Changing it makes no new entry in the history unless it is told to. */
export function useAddress(): [URLSearchParams, (changes: Record<string, string | null>, push?: boolean) => void] {
  const [parameters, set] = useSearchParams();
  const change = useCallback(
    (changes: Record<string, string | null>, push = false) => {
      set(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null) after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: !push },
      );
    },
    [set],
  );
  return [parameters, change];
}

/** Calls when a key is pressed that nobody writes with. */
export function useKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, dialog, [contenteditable], .table-frame')) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

export const linkTo = {
  symbol: (symbol: string, parameters: Record<string, string> = {}): string => {
    const query = new URLSearchParams(parameters).toString();
    return `/symbols/${encodeURIComponent(symbol)}${query === '' ? '' : `?${query}`}`;
  },
  session: (session: string): string => `/sessions/${session}`,
  run: (session: string, symbol: string): string => `/sessions/${session}/${encodeURIComponent(symbol)}`,
  deadLetter: (id: string): string => `/dead-letters/${encodeURIComponent(id)}`,
};
