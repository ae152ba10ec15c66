import { ATR, BollingerBands, CCI, EMA, ROC, SMA, Stochastic, WilliamsR } from 'technicalindicators';
import { type Bar } from '@closing-bell/market';
import { type Feature, type FeatureSet, type FeatureStep } from './feature';
import { directionalMovement, type DirectionalMovement } from './indicators/directional-movement';
import { macdOf } from './indicators/macd';
import { relativeStrengthIndex } from './indicators/relative-strength';
import { moneyFlowIndex, onBalanceVolume } from './indicators/volume-flow';
import { RollingWindow } from './rolling-window';

const WILDER = 'Wilder 1978, New Concepts in Technical Trading Systems';
const MACD_PERIODS = { fast: 12, slow: 26, signal: 9 };
const BOLLINGER = { period: 20, deviations: 2 };
const STOCHASTIC = { period: 14, signal: 3 };

/** Bands narrower than this part of the price are the rounding of one price that stands still. */
const NO_WIDTH = 1e-9;

const undefinedIsNaN = (value: number | undefined): number => value ?? NaN;

function simpleAverage(period: number): Feature {
  return {
    name: `sma_${period}`,
    formula: 'mean of the last `period` C',
    parameters: { period },
    source: 'arithmetic mean',
    warmUp: period - 1,
    scaleFree: false,
    start: () => {
      const average = new SMA({ period, values: [] });
      return ({ close }) => undefinedIsNaN(average.nextValue(close));
    },
  };
}

function exponentialAverageOfCloses(period: number): Feature {
  return {
    name: `ema_${period}`,
    formula: 'E + 2 / (period + 1) · (C − E), started from the mean of the first `period` C',
    parameters: { period },
    source: 'Appel 1979, The Moving Average Convergence-Divergence Trading Method',
    warmUp: period - 1,
    scaleFree: false,
    start: () => {
      const average = new EMA({ period, values: [] });
      return ({ close }) => undefinedIsNaN(average.nextValue(close));
    },
  };
}

function macdFeature(
  name: string,
  formula: string,
  warmUp: number,
  pick: (macd: { line: number; signal: number }) => number,
): Feature {
  return {
    name,
    formula,
    parameters: MACD_PERIODS,
    source:
      'Appel 1979, The Moving Average Convergence-Divergence Trading Method; both averages seeded on one bar as in TA-Lib',
    warmUp,
    scaleFree: false,
    start: () => {
      const macd = macdOf(MACD_PERIODS);
      return ({ close }) => pick(macd(close));
    },
  };
}

function bollingerFeature(
  name: string,
  formula: string,
  scaleFree: boolean,
  pick: (bands: { upper: number; middle: number; lower: number }, close: number) => number,
): Feature {
  return {
    name,
    formula,
    parameters: BOLLINGER,
    source: 'Bollinger 2001, Bollinger on Bollinger Bands',
    warmUp: BOLLINGER.period - 1,
    scaleFree,
    start: () => {
      const bollinger = new BollingerBands({ period: BOLLINGER.period, stdDev: BOLLINGER.deviations, values: [] });
      return ({ close }) => {
        const bands = bollinger.nextValue(close);
        return bands === undefined ? NaN : pick(bands, close);
      };
    },
  };
}

function percentB({ upper, middle, lower }: { upper: number; middle: number; lower: number }, close: number): number {
  return upper - lower > NO_WIDTH * middle ? (close - lower) / (upper - lower) : 0.5;
}

function stochasticFeature(name: 'k' | 'd', formula: string, warmUp: number): Feature {
  return {
    name: `stochastic_${name}`,
    formula,
    parameters: STOCHASTIC,
    source: 'Lane 1984, Lane’s Stochastics',
    warmUp,
    scaleFree: true,
    start: () => {
      const stochastic = new Stochastic({
        period: STOCHASTIC.period,
        signalPeriod: STOCHASTIC.signal,
        high: [],
        low: [],
        close: [],
      });
      // Its type asks for columns, but it reads one bar.
      const next = stochastic.nextValue.bind(stochastic) as unknown as (
        bar: Bar,
      ) => { k: number; d?: number } | undefined;
      return (bar) => undefinedIsNaN(next(bar)?.[name]);
    },
  };
}

function directionalFeature(
  name: string,
  formula: string,
  warmUp: number,
  pick: (movement: DirectionalMovement) => number,
): Feature {
  return {
    name,
    formula,
    parameters: { period: 14 },
    source: `${WILDER}; seeded as in TA-Lib`,
    warmUp,
    scaleFree: true,
    start: () => {
      const movement = directionalMovement(14);
      return (bar) => pick(movement(bar));
    },
  };
}

/** Gives `neutral` in place of the quotient of two zeros that an indicator makes of a window in which no price moved. */
function whereStill(period: number, priceOf: (bar: Bar) => number, neutral: number, step: FeatureStep): FeatureStep {
  const window = new RollingWindow(period);
  return (bar) => {
    const value = step(bar);
    return window.push(priceOf(bar)) && window.max() === window.min() ? neutral : value;
  };
}

/**
 * The technical indicators that traders read, in their published units; each equals TA-Lib's. On `technicalindicators`
 * where that package does, otherwise on the project's own formulation.
 */
export const classicIndicators: FeatureSet = {
  name: 'classic-indicators',
  version: 1,
  features: [
    simpleAverage(20),
    simpleAverage(50),
    exponentialAverageOfCloses(12),
    exponentialAverageOfCloses(26),
    {
      name: 'rsi_14',
      formula: '100 · gain / (gain + loss), Wilder’s averages of the rises and falls of C; 0 where C never moved',
      parameters: { period: 14 },
      source: WILDER,
      warmUp: 14,
      scaleFree: true,
      start: () => relativeStrengthIndex(14),
    },
    macdFeature('macd', 'EMA(C, fast) − EMA(C, slow)', 25, ({ line }) => line),
    macdFeature('macd_signal', 'EMA(macd, signal)', 33, ({ signal }) => signal),
    macdFeature('macd_histogram', 'macd − macd_signal', 33, ({ line, signal }) => line - signal),
    bollingerFeature('bollinger_upper', 'mean(C) + deviations · sd(C), population sd', false, ({ upper }) => upper),
    bollingerFeature('bollinger_middle', 'mean(C)', false, ({ middle }) => middle),
    bollingerFeature('bollinger_lower', 'mean(C) − deviations · sd(C), population sd', false, ({ lower }) => lower),
    bollingerFeature('bollinger_percent_b', '(C − lower) / (upper − lower); 0.5 where C never moved', true, percentB),
    {
      name: 'atr_14',
      formula: 'Wilder’s average of max(H − L, |H − previous C|, |L − previous C|)',
      parameters: { period: 14 },
      source: WILDER,
      warmUp: 14,
      scaleFree: false,
      start: () => {
        const range = new ATR({ period: 14, high: [], low: [], close: [] });
        return (bar) => undefinedIsNaN(range.nextValue(bar));
      },
    },
    stochasticFeature('k', '100 · (C − min L) / (max H − min L) over `period` bars; 0 where the range is 0', 13),
    stochasticFeature('d', 'mean of the last `signal` stochastic_k', 15),
    directionalFeature('adx_14', 'Wilder’s average of 100 · |+DI − −DI| / (+DI + −DI)', 27, ({ index }) => index),
    directionalFeature('plus_di_14', '100 · Wilder’s total of +DM / of true range', 14, ({ plus }) => plus),
    directionalFeature('minus_di_14', '100 · Wilder’s total of −DM / of true range', 14, ({ minus }) => minus),
    {
      name: 'cci_20',
      formula: '(T − mean T) / (0.015 · mean |T − mean T|), T = (H + L + C) / 3; 0 where T never moved',
      parameters: { period: 20 },
      source: 'Lambert 1980, Commodity Channel Index',
      warmUp: 19,
      scaleFree: true,
      start: () => {
        const index = new CCI({ period: 20, high: [], low: [], close: [] });
        const step: FeatureStep = (bar) => undefinedIsNaN(index.nextValue(bar));
        return whereStill(20, ({ high, low, close }) => (high + low + close) / 3, 0, step);
      },
    },
    {
      name: 'williams_r_14',
      formula: '−100 · (max H − C) / (max H − min L) over `period` bars; 0 where the range is 0',
      parameters: { period: 14 },
      source: 'Williams 1979, How I Made One Million Dollars Last Year Trading Commodities',
      warmUp: 13,
      scaleFree: true,
      start: () => {
        const range = new WilliamsR({ period: 14, high: [], low: [], close: [] });
        // Its type asks for a number, but it reads a bar.
        const next = range.nextValue.bind(range) as unknown as (bar: Bar) => number | undefined;
        return (bar) => {
          const value = next(bar);
          if (value === undefined) return NaN;
          return Number.isNaN(value) ? 0 : value;
        };
      },
    },
    {
      name: 'roc_10',
      formula: '100 · (C / C ten bars ago − 1)',
      parameters: { period: 10 },
      source: 'relative change',
      warmUp: 10,
      scaleFree: true,
      start: () => {
        const change = new ROC({ period: 10, values: [] });
        return ({ close }) => undefinedIsNaN(change.nextValue(close));
      },
    },
    {
      name: 'obv',
      formula: 'running sum of sign(C − previous C) · V, started from the first V; a missing V counts as 0',
      parameters: {},
      source: 'Granville 1963, New Key to Stock Market Profits; start as in TA-Lib',
      warmUp: 0,
      scaleFree: true,
      start: onBalanceVolume,
    },
    {
      name: 'mfi_14',
      formula:
        '100 · rising / (rising + falling) flow, flow = T · V by the sign of the change of T = (H + L + C) / 3; NaN where a V is missing',
      parameters: { period: 14 },
      source: 'Quong and Soudack 1989, Volume-weighted RSI: Money Flow',
      warmUp: 14,
      scaleFree: true,
      start: () => moneyFlowIndex(14),
    },
  ],
};
