import { type BacktestSubject } from '../report/backtest-result';
import { CONSTANTS } from './constants';
import { type BacktestRequest } from './run-backtest';

/** How forecasts are made and scored, whatever they were asked for. leakage: how it was seen that nobody saw the future. */
export function scoringProtocol(leakage: string): BacktestSubject['protocol'] {
  return [
    {
      name: 'Simulated distributions',
      text: 'residuals and widths take in an outcome from the session on that it was realised at',
    },
    { name: 'Leakage', text: leakage },
    {
      name: 'Significance',
      text: 'Diebold–Mariano with Newey–West variance (10 lags) and the correction of Harvey, Leybourne and Newbold, by session; at ten sessions ahead a nominal 5 % is nearer 9 %',
    },
  ];
}

/** What a backtest is about, as its report tells it; its title is what is forecast unless `about` has another. */
export function backtestSubject(
  request: BacktestRequest,
  about: Partial<Pick<BacktestSubject, 'title' | 'window'>>,
): BacktestSubject {
  const { forecasters, others = [], tested, learntFrom, from, to, refits, seeds } = request;
  const named = (name: string): string | undefined => forecasters.find((one) => one === name);
  const seeded = named('blend') ?? named('lstm-fhs') ?? named('lstm');
  const headline = seeded === undefined ? (forecasters[0] ?? others[0]?.name ?? 'naive') : `${seeded}#${seeds[0] ?? 1}`;
  const symbols = (histories: readonly { readonly symbol: string }[]): string =>
    histories.length > 8 ? `${histories.length} symbols` : histories.map(({ symbol }) => symbol).join(', ');
  return {
    title: symbols(tested),
    ...about,
    headline,
    rivals: forecasters.filter((name) => name === 'har-fhs'),
    protocol: [
      {
        name: 'Origins',
        text: `every session from ${from} to ${to} whose ten outcomes are known, of ${symbols(tested)}`,
      },
      { name: 'Learnt from', text: symbols(learntFrom) },
      { name: 'Refits', text: `after the close of ${refits.join(', ')}; each sees nothing later` },
      {
        name: 'Within a fit',
        text: 'the last 252 sessions decide when to stop; ten sessions lie between them and the last training outcome',
      },
      { name: 'Seeds', text: `${seeds.join(', ')}: a network takes part once a seed, as name#seed` },
      ...others.map(({ name }) => ({
        name,
        text: 'what the services would have served after each close: trained, judged and chosen as they do it, from what was known then',
      })),
      ...scoringProtocol(
        'features were computed again from bars cut at some sessions, and some forecasts from histories cut there: all equal to the bit',
      ),
    ],
    constants: CONSTANTS,
  };
}
