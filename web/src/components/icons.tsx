import { type ReactElement } from 'react';

const SHAPES = {
  done: <path d="M3.5 8.5l3 3 6-7" />,
  waiting: <circle cx="8" cy="8" r="4.5" strokeDasharray="2 2.2" />,
  running: <path d="M8 3a5 5 0 1 1-4.6 3" />,
  retrying: <path d="M12.5 5.5A5 5 0 1 0 13 8.5M12.8 2.5v3.2H9.6" />,
  failed: <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />,
  abstained: <path d="M3.5 8h9" />,
  skipped: <path d="M4 4l4 4-4 4M9 4l4 4-4 4" />,
  alarm: <path d="M8 2.8l5.7 10.2H2.3zM8 6.5v3M8 11.3v.2" />,
  promoted: <path d="M8 13V3.5M4 7.3l4-4 4 4" />,
  rejected: <path d="M8 3v9.5M4 8.7l4 4 4-4" />,
  search: <path d="M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5l3 3" />,
  sun: (
    <path d="M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1" />
  ),
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />,
  back: <path d="M10 3.5L5.5 8l4.5 4.5" />,
  forward: <path d="M6 3.5L10.5 8 6 12.5" />,
  copy: <path d="M5.5 5.5h7v7.5h-7zM3.5 10.5V3h7" />,
  up: <path d="M4 10l4-4 4 4" />,
  down: <path d="M4 6l4 4 4-4" />,
  bell: (
    <path d="M8 2.5c2.3 0 3.6 1.7 3.6 3.9v2.5l1.2 2.1H3.2l1.2-2.1V6.4c0-2.2 1.3-3.9 3.6-3.9zM6.5 13a1.6 1.6 0 0 0 3 0" />
  ),
  keyboard: <path d="M1.8 4h12.4v8H1.8zM4.5 6.7h.1M7 6.7h.1M9.5 6.7h.1M12 6.7h.1M5 9.4h6" />,
};

export type IconName = keyof typeof SHAPES;

/** Beside words that say the same: screen readers hear the words. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg className={`icon icon-${name}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
