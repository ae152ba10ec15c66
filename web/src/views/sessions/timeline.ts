import type { Step } from '../../../../apps/monitor/src/api/answers';

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A place on a track, in shares of its width. */
export interface Bar {
  readonly left: string;
  readonly width: string;
}

export interface TimelineRow {
  readonly step: Step;
  /** From publication to the start of the handling that succeeded. */
  readonly wait: Bar | undefined;
  readonly work: Bar | undefined;
  readonly failures: readonly Bar[];
}

/** From the first publication to the last end; what still goes on ends with it. */
export function spanOf(steps: readonly Step[]): Span {
  const times = steps.flatMap(({ publishedAt, startedAt, endedAt, failures }) =>
    [publishedAt, startedAt, endedAt, ...failures.map((failure) => failure.endedAt)].flatMap((time) =>
      time === null ? [] : Date.parse(time),
    ),
  );
  if (times.length === 0) return { from: 0, to: 1 };
  const from = Math.min(...times);
  return { from, to: Math.max(from + 1, ...times) };
}

/** Steps in the order in which they began, each with its bars. */
export function timeline(steps: readonly Step[], { from, to }: Span): TimelineRow[] {
  const share = (time: number): number => (time - from) / (to - from);
  const bar = (start: string | null, end: string | null): Bar | undefined => {
    if (start === null) return undefined;
    const begin = share(Date.parse(start));
    const stop = end === null ? 1 : share(Date.parse(end));
    return { left: percent(begin), width: percent(Math.max(0, stop - begin)) };
  };
  const began = ({ publishedAt, startedAt }: Step): number => Date.parse(publishedAt ?? startedAt ?? '') || Infinity;
  return [...steps]
    .sort((a, b) => began(a) - began(b) || 0)
    .map((step) => ({
      step,
      wait: step.publishedAt === null ? undefined : bar(step.publishedAt, step.startedAt ?? step.endedAt),
      work: bar(step.startedAt, step.endedAt),
      failures: step.failures.flatMap(({ startedAt, endedAt }) => bar(startedAt ?? endedAt, endedAt) ?? []),
    }));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}
