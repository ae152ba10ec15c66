import { type ExchangeCalendar } from '@closing-bell/market';
import { type ForecastAnswer, type Forecaster } from '../forecaster';
import { staleBars } from './stale-bars';

/**
 * A forecaster as it is served: from an origin it abstains first where the bars are stale, then where what the forecaster reads
 * lies outside what it learnt from, and else it answers as the forecaster does. Asks it once, about the origins that are left.
 */
export function asServed(forecaster: Forecaster, calendar: ExchangeCalendar): Forecaster {
  return {
    name: forecaster.name,
    forecasts: (history, origins) => {
      const stale = staleBars(history.bars, calendar, origins);
      const outside = forecaster.outsideDomain?.(history, origins);
      const obstacles = origins.map((_, index) => stale[index] ?? outside?.[index]);
      const left = origins.filter((_, index) => !obstacles[index]);
      const answers = left.length === 0 ? [] : forecaster.forecasts(history, left);
      let next = 0;
      return obstacles.map((obstacle): ForecastAnswer => {
        const answer = obstacle ?? answers[next++];
        if (!answer) throw new Error(`${forecaster.name} gave ${answers.length} answers from ${left.length} origins`);
        return answer;
      });
    },
  };
}
