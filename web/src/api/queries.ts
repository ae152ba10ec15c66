import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  Actions,
  Bars,
  CascadeRun,
  DeadLetterDetail,
  DeadLetters,
  DecisionDetail,
  DriftDetail,
  DriftHistory,
  Fan,
  Indicators,
  Instance,
  KnownSymbol,
  Lineage,
  Models,
  Origins,
  PastForecasts,
  Performance,
  SessionRun,
  Sessions,
  Universe,
} from '../../../apps/monitor/src/api/answers';
import { ask, type Parameters } from './client';

/** Bars asked for at once: a trading year. */
export const PAGE_OF_BARS = 260;
const PAGE_OF_RUNS = 200;

function answer<T>(path: readonly string[], parameters: Parameters = {}) {
  return queryOptions({
    queryKey: [...path, parameters],
    queryFn: ({ signal }) => ask<T>(path, parameters, signal),
  });
}

/** A list that continues: `cursor` names the parameter that takes the `next` of the page before. */
function pages<T extends { next: string | null }>(
  path: readonly string[],
  cursor: string,
  parameters: Parameters = {},
) {
  return infiniteQueryOptions({
    queryKey: [...path, 'pages', parameters],
    queryFn: ({ signal, pageParam }) => ask<T>(path, { ...parameters, [cursor]: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

export const instance = () => answer<Instance>(['instance']);
export const universe = () => answer<Universe>(['universe']);
export const symbols = () => answer<KnownSymbol[]>(['symbols']);

export const bars = (symbol: string) => pages<Bars>(['symbols', symbol, 'bars'], 'to', { limit: PAGE_OF_BARS });
export const indicators = (symbol: string, names: readonly string[], limit: number) =>
  answer<Indicators>(['symbols', symbol, 'indicators'], { names: names.join(',') || undefined, limit });
/** All of eight years at once: a slider has an end. */
export const origins = (symbol: string) => answer<Origins>(['symbols', symbol, 'origins'], { limit: 2000 });
/** Without an origin, the latest forecast. */
export const fan = (symbol: string, origin: string | undefined) =>
  answer<Fan>(['symbols', symbol, 'forecast'], { origin });
export const pastForecasts = (symbol: string, horizon: number, limit: number) =>
  answer<PastForecasts>(['symbols', symbol, 'forecasts'], { horizon, limit });
export const performance = (symbol: string, horizon: number, window: number) =>
  answer<Performance>(['symbols', symbol, 'performance'], { horizon, window });
export const drift = (symbol: string, limit: number) => answer<DriftHistory>(['symbols', symbol, 'drift'], { limit });
export const driftDetail = (symbol: string, session: string) =>
  answer<DriftDetail>(['symbols', symbol, 'drift', session]);
export const models = (symbol: string, trained: boolean) =>
  pages<Models>(['symbols', symbol, 'models'], 'before', { trained: trained || undefined });
export const decision = (symbol: string, session: string, trigger: string) =>
  answer<DecisionDetail>(['symbols', symbol, 'decisions', session, trigger]);
export const lineage = (symbol: string, origin: string, horizon: number) =>
  answer<Lineage>(['symbols', symbol, 'lineage'], { origin, horizon });

export const sessions = () => pages<Sessions>(['sessions'], 'before', { limit: 60 });
export const sessionRun = (session: string, state: string | undefined) =>
  pages<SessionRun>(['sessions', session], 'after', { state, limit: PAGE_OF_RUNS });
export const cascadeRun = (session: string, symbol: string, correlation: string | undefined) =>
  answer<CascadeRun>(['sessions', session, 'symbols', symbol], { correlation });

export const deadLetters = () => pages<DeadLetters>(['dead-letters'], 'before');
export const deadLetter = (id: string) => answer<DeadLetterDetail>(['dead-letters', id]);
export const actions = () => pages<Actions>(['actions'], 'before');
