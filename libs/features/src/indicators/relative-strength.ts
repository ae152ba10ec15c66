import { type FeatureStep } from '../feature';
import { wilderAverage } from '../averages';

/** Wilder's averages of gains and of losses of the close, NaN for the first `period` bars. Source: Wilder 1978. */
export function gainsAndLosses(period: number): (close: number) => { gain: number; loss: number } {
  const gains = wilderAverage(period);
  const losses = wilderAverage(period);
  let previous = NaN;
  return (close) => {
    const change = close - previous;
    previous = close;
    if (Number.isNaN(change)) return { gain: NaN, loss: NaN };
    return { gain: gains.update(Math.max(change, 0)), loss: losses.update(Math.max(-change, 0)) };
  };
}

/** Wilder's RSI of closes, 0–100, NaN for the first `period` bars; 0, as in TA-Lib, where the price never moved. */
export function relativeStrengthIndex(period: number): FeatureStep {
  const averages = gainsAndLosses(period);
  return ({ close }) => {
    const { gain, loss } = averages(close);
    return gain + loss === 0 ? 0 : (100 * gain) / (gain + loss);
  };
}
