import { type FeatureStep } from '../feature';
import { RollingWindow } from '../rolling-window';

/**
 * On-balance volume from the first bar's volume on, in shares; the volume of a bar without one counts as 0.
 * Defined from the first bar. Source: Granville 1963; the start is TA-Lib's.
 */
export function onBalanceVolume(): FeatureStep {
  let previous = NaN;
  let balance = 0;
  return ({ close, volume }) => {
    const traded = Number.isNaN(volume) ? 0 : volume;
    balance += Number.isNaN(previous) ? traded : Math.sign(close - previous) * traded;
    previous = close;
    return balance;
  };
}

/**
 * Money flow index, 0–100, NaN for the first `period` bars and wherever one of the last `period` bars has no volume;
 * 0, as in TA-Lib, where no money flowed. An unchanged typical price flows neither way. Source: Quong and Soudack 1989.
 */
export function moneyFlowIndex(period: number): FeatureStep {
  const flows = new RollingWindow(period);
  let previous = NaN;
  return ({ high, low, close, volume }) => {
    const typical = (high + low + close) / 3;
    const direction = Math.sign(typical - previous);
    previous = typical;
    if (Number.isNaN(direction)) return NaN;
    if (!flows.push(direction === 0 ? 0 * volume : direction * typical * volume)) return NaN;
    const flowed = flows.sum(Math.abs);
    return flowed === 0 ? 0 : (100 * flows.sum((flow) => (flow < 0 ? 0 : flow))) / flowed;
  };
}
