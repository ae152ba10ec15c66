import { type Moment } from './model-registry';

// At one close the drift alarm comes after the ordinary cascade.
const RANK = { 'features-computed': 0, 'drift-detected': 1 } as const;

/** Whether `a` comes before `b`. */
export function isBefore(a: Moment, b: Moment): boolean {
  return a.session === b.session ? RANK[a.trigger] < RANK[b.trigger] : a.session < b.session;
}

/** The last of those that come before a moment, by their own moments; of two at the same one, the later in the list. */
export function lastBefore<T extends { readonly moment: Moment }>(items: readonly T[], moment: Moment): T | undefined {
  return items
    .filter((item) => isBefore(item.moment, moment))
    .reduce<T | undefined>((last, item) => (last && isBefore(item.moment, last.moment) ? last : item), undefined);
}
