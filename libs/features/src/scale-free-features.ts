import { type Bar } from '@closing-bell/market';
import { EwmaVolatility, VOLATILITY_DECAY } from './ewma-volatility';
import { type Feature, type FeatureSet } from './feature';
import { macdOf } from './indicators/macd';
import { gainsAndLosses } from './indicators/relative-strength';
import { RollingWindow } from './rolling-window';

/**
 * The least σ, in log return a session, that anything is measured in. A price that moves less stands still: without the
 * floor, the rounding of its averages would be divided by nearly nothing.
 */
const VOLATILITY_FLOOR = 1e-5;
/** Returns that σ is computed from before it counts as known. */
const VOLATILITY_WARM_UP = 20;
/** A volume e⁵ = 148 times the usual says no more than one a thousand times it. */
const RELATIVE_VOLUME_LIMIT = 5;

const itself = (value: number): number => value;
const floored = (volatility: number): number => Math.max(volatility, VOLATILITY_FLOOR);
const logRatio = (volatility: number, other: number): number => Math.log(floored(volatility) / floored(other));

/** What most of these features are made of, as of one bar. */
interface MeasuredBar {
  readonly bar: Bar;
  /** ln(C / previous C); NaN on the first bar. */
  readonly logReturn: number;
  /** σ, EWMA(0.94) of the returns so far; NaN until it is known. */
  readonly volatility: number;
}

function measured(compute: (measuredBar: MeasuredBar) => number): (bar: Bar) => number {
  const ewma = new EwmaVolatility();
  let previousClose = NaN;
  let returns = 0;
  return (bar) => {
    const logReturn = Math.log(bar.close / previousClose);
    previousClose = bar.close;
    if (Number.isNaN(logReturn)) return compute({ bar, logReturn, volatility: NaN });
    returns++;
    const volatility = ewma.update(logReturn);
    return compute({ bar, logReturn, volatility: returns >= VOLATILITY_WARM_UP ? volatility : NaN });
  };
}

function scaledReturn(sessions: number): Feature {
  return {
    name: `scaled_return_${sessions}`,
    formula: 'sum of the last `sessions` r / (σ · √sessions), σ = EWMA(decay) of r',
    parameters: { sessions, decay: VOLATILITY_DECAY },
    source: 'RiskMetrics 1996',
    warmUp: VOLATILITY_WARM_UP,
    scaleFree: true,
    start: () => {
      const returns = new RollingWindow(sessions);
      return measured(({ logReturn, volatility }) => {
        if (Number.isNaN(logReturn) || !returns.push(logReturn)) return NaN;
        return returns.sum(itself) / (floored(volatility) * Math.sqrt(sessions));
      });
    },
  };
}

/** ln(range volatility ÷ σ) over a window of bars, from a term of the squared volatility of each. */
function rangeRatio(
  definition: Pick<Feature, 'name' | 'formula' | 'source'>,
  period: number,
  variance: (bar: Bar) => number,
): Feature {
  return {
    ...definition,
    parameters: { period, decay: VOLATILITY_DECAY },
    warmUp: Math.max(VOLATILITY_WARM_UP, period - 1),
    scaleFree: true,
    start: () => {
      const variances = new RollingWindow(period);
      return measured(({ bar, volatility }) => {
        if (!variances.push(variance(bar)) || Number.isNaN(volatility)) return NaN;
        return logRatio(Math.sqrt(Math.max(variances.mean(), 0)), volatility);
      });
    },
  };
}

/** Parkinson's estimate of a session's variance from its range. Source: Parkinson 1980. */
function parkinsonVariance({ high, low }: Bar): number {
  return Math.log(high / low) ** 2 / (4 * Math.LN2);
}

/** Garman and Klass's estimate of a session's variance from its range, open and close. Source: Garman and Klass 1980. */
function garmanKlassVariance({ open, high, low, close }: Bar): number {
  return Math.log(high / low) ** 2 / 2 - (2 * Math.LN2 - 1) * Math.log(close / open) ** 2;
}

/**
 * Causal features without a unit, for the forecaster: multiplying all prices by a constant changes none, so one network
 * reads any symbol at any level. All are finite from their warm-up on, whatever the bars: a price that stands still and a
 * missing volume give the neutral 0. None uses the gap between a close and the next open, since vendors of index
 * histories put the previous close where an open was not recorded.
 */
export const scaleFreeFeatures: FeatureSet = {
  name: 'scale-free-features',
  version: 1,
  features: [
    scaledReturn(1),
    scaledReturn(5),
    scaledReturn(10),
    scaledReturn(20),
    {
      name: 'volatility_level',
      formula: 'ln(σ / σ of EWMA(slowDecay) of r)',
      parameters: { decay: VOLATILITY_DECAY, slowDecay: 0.99 },
      source: 'RiskMetrics 1996',
      warmUp: 40,
      scaleFree: true,
      start: () => {
        const slow = new EwmaVolatility(0.99);
        let returns = 0;
        return measured(({ logReturn, volatility }) => {
          if (Number.isNaN(logReturn)) return NaN;
          const level = logRatio(volatility, slow.update(logReturn));
          returns++;
          return returns >= 40 ? level : NaN;
        });
      },
    },
    {
      name: 'volatility_5',
      formula: 'ln(√(mean of the last `period` r²) / σ)',
      parameters: { period: 5, decay: VOLATILITY_DECAY },
      source: 'Corsi 2009, A Simple Approximate Long-Memory Model of Realized Volatility (weekly component)',
      warmUp: VOLATILITY_WARM_UP,
      scaleFree: true,
      start: () => {
        const squares = new RollingWindow(5);
        return measured(({ logReturn, volatility }) => {
          if (Number.isNaN(logReturn)) return NaN;
          squares.push(logReturn * logReturn);
          return Number.isNaN(volatility) ? NaN : logRatio(Math.sqrt(squares.mean()), volatility);
        });
      },
    },
    {
      name: 'range_1',
      formula: 'ln(H / L) / (2 · √ln 2) / σ',
      parameters: { decay: VOLATILITY_DECAY },
      source: 'Parkinson 1980, The Extreme Value Method for Estimating the Variance of the Rate of Return',
      warmUp: VOLATILITY_WARM_UP,
      scaleFree: true,
      start: () => measured(({ bar, volatility }) => Math.sqrt(parkinsonVariance(bar)) / floored(volatility)),
    },
    rangeRatio(
      {
        name: 'parkinson_10',
        formula: 'ln(√(mean of the last `period` ln(H / L)² / (4 · ln 2)) / σ)',
        source: 'Parkinson 1980, The Extreme Value Method for Estimating the Variance of the Rate of Return',
      },
      10,
      parkinsonVariance,
    ),
    rangeRatio(
      {
        name: 'garman_klass_20',
        formula: 'ln(√(mean of the last `period` (ln(H / L)² / 2 − (2 · ln 2 − 1) · ln(C / O)²)) / σ)',
        source: 'Garman and Klass 1980, On the Estimation of Security Price Volatilities from Historical Data',
      },
      20,
      garmanKlassVariance,
    ),
    {
      name: 'rsi_14_centred',
      formula: '(gain − loss) / (gain + loss), Wilder’s averages of the rises and falls of C: (RSI − 50) / 50',
      parameters: { period: 14 },
      source: 'Wilder 1978, New Concepts in Technical Trading Systems',
      warmUp: 14,
      scaleFree: true,
      start: () => {
        const averages = gainsAndLosses(14);
        return ({ close }) => {
          const { gain, loss } = averages(close);
          return gain + loss === 0 ? 0 : (gain - loss) / (gain + loss);
        };
      },
    },
    {
      name: 'percent_b_centred',
      formula: '(C / mean(C) − 1) / (deviations · sd(C) / mean(C)), population sd: 2 · %B − 1',
      parameters: { period: 20, deviations: 2 },
      source: 'Bollinger 2001, Bollinger on Bollinger Bands',
      warmUp: 19,
      scaleFree: true,
      start: () => {
        const closes = new RollingWindow(20);
        return ({ close }) => {
          if (!closes.push(close)) return NaN;
          const mean = closes.mean();
          const deviation = Math.sqrt(closes.sum((value) => (value / mean - 1) ** 2) / closes.size);
          return (close / mean - 1) / (2 * floored(deviation));
        };
      },
    },
    {
      name: 'macd_scaled',
      formula: '(EMA(C, fast) − EMA(C, slow)) / (σ · C)',
      parameters: { fast: 12, slow: 26, decay: VOLATILITY_DECAY },
      source: 'Appel 1979, The Moving Average Convergence-Divergence Trading Method; RiskMetrics 1996',
      warmUp: 25,
      scaleFree: true,
      start: () => {
        const macd = macdOf({ fast: 12, slow: 26, signal: 9 });
        return measured(({ bar, volatility }) => macd(bar.close).line / (floored(volatility) * bar.close));
      },
    },
    {
      name: 'close_location',
      formula: '(2 · C − H − L) / (H − L); 0 where H = L',
      parameters: {},
      source: 'Chaikin 1982, the close location value of the accumulation/distribution line',
      warmUp: 0,
      scaleFree: true,
      start:
        () =>
        ({ high, low, close }) =>
          high > low ? (close - low - (high - close)) / (high - low) : 0,
    },
    {
      name: 'relative_volume',
      formula: 'ln(V / mean of the last `period` V that were published), within ± limit; 0 where V is missing or 0',
      parameters: { period: 20, limit: RELATIVE_VOLUME_LIMIT },
      source: 'Karpoff 1987, The Relation between Price Changes and Trading Volume',
      warmUp: 19,
      scaleFree: true,
      start: () => {
        const volumes = new RollingWindow(20);
        return ({ volume }) => {
          const published = volume > 0 ? volume : 0;
          if (!volumes.push(published)) return NaN;
          if (published === 0) return 0;
          const usual = volumes.sum(itself) / volumes.sum((value) => (value > 0 ? 1 : 0));
          return Math.max(-RELATIVE_VOLUME_LIMIT, Math.min(RELATIVE_VOLUME_LIMIT, Math.log(published / usual)));
        };
      },
    },
    {
      name: 'drawdown_60',
      formula: 'ln(C / max of the last `period` C) / (σ · √period)',
      parameters: { period: 60, decay: VOLATILITY_DECAY },
      source: 'Magdon-Ismail and Atiya 2004, Maximum Drawdown',
      warmUp: 59,
      scaleFree: true,
      start: () => {
        const closes = new RollingWindow(60);
        return measured(({ bar, volatility }) =>
          closes.push(bar.close) ? Math.log(bar.close / closes.max()) / (floored(volatility) * Math.sqrt(60)) : NaN,
        );
      },
    },
    {
      name: 'downside_share_20',
      formula: 'sum of the last `period` r² with r < 0 / sum of r² − 0.5; 0 where C never moved',
      parameters: { period: 20 },
      source: 'Barndorff-Nielsen, Kinnebrock and Shephard 2010, Measuring Downside Risk: Realised Semivariance',
      warmUp: 20,
      scaleFree: true,
      start: () => {
        const returns = new RollingWindow(20);
        return measured(({ logReturn }) => {
          if (Number.isNaN(logReturn) || !returns.push(logReturn)) return NaN;
          const all = returns.sum((value) => value * value);
          return all === 0 ? 0 : returns.sum((value) => (value < 0 ? value * value : 0)) / all - 0.5;
        });
      },
    },
  ],
};
