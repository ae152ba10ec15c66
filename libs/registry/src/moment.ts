import { type Moment } from './model-registry';

// At one close the drift alarm comes after the ordinary cascade, and whoever steps in by hand has seen both.
const RANK: Readonly<Record<Moment['trigger'], number>> = { 'features-computed': 0, 'drift-detected': 1, 'by-hand': 2 };

/** Whether `a` comes before `b`. */
export function isBefore(a: Moment, b: Moment): boolean {
  if (a.session !== b.session) return a.session < b.session;
  if (a.trigger !== b.trigger) return RANK[a.trigger] < RANK[b.trigger];
  return (a.madeAt ?? '') < (b.madeAt ?? '');
}

/** The last of those that come before a moment, by their own moments; of two at the same one, the later in the list. */
export function lastBefore<T extends { readonly moment: Moment }>(items: readonly T[], moment: Moment): T | undefined {
  return items
    .filter((item) => isBefore(item.moment, moment))
    .reduce<T | undefined>((last, item) => (last && isBefore(item.moment, last.moment) ? last : item), undefined);
}

export function sameMoment(a: Moment, b: Moment): boolean {
  return a.session === b.session && a.trigger === b.trigger && a.madeAt === b.madeAt;
}

/** Ascending, for sorting. */
export function byMoment(a: { readonly moment: Moment }, b: { readonly moment: Moment }): number {
  if (sameMoment(a.moment, b.moment)) return 0;
  return isBefore(a.moment, b.moment) ? -1 : 1;
}

/** The order of runs: by their moments, and of one moment trainings before trials. */
export function byMomentAndKind(
  a: { readonly moment: Moment; readonly kind: 'training' | 'trial' },
  b: { readonly moment: Moment; readonly kind: 'training' | 'trial' },
): number {
  return byMoment(a, b) || Number(a.kind === 'trial') - Number(b.kind === 'trial');
}

/** A moment in one line, the same for the same. */
export function textOf({ session, trigger, madeAt }: Moment): string {
  return [session, trigger, ...(madeAt === undefined ? [] : [madeAt])].join(' ');
}
