import { ewmaVolatility } from '@closing-bell/features';
import { HORIZONS } from '../horizons';
import { type ScaleModel } from './scale-model';

/** EWMA(0.94) volatility × √h: today's volatility persists. Source: RiskMetrics 1996. */
export const ewmaScale: ScaleModel = {
  name: 'ewma',
  scales: ({ bars }, from, count) => {
    const volatility = ewmaVolatility(bars.slice(0, from + count).map((bar) => bar.close));
    return Float64Array.from({ length: count * HORIZONS }, (_, index) => {
      const sigma = volatility[from + Math.floor(index / HORIZONS)] ?? NaN;
      return sigma > 0 ? sigma * Math.sqrt((index % HORIZONS) + 1) : NaN;
    });
  },
};
