import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Fan, Origins, PastForecasts, Performance } from './answers';
import { AwayFilter } from './away.filter';
import { ForecastQueries } from './forecasts.queries';
import { DayQuery, Horizon, Limit, NumberQuery, SymbolName, To } from './parameters';
import { PerformanceQueries } from './performance.queries';
import { Reads } from './reads';

const UNKNOWN = { notFound: 'Nothing is known of the symbol.' };

/** What was forecast of a symbol, and how it fared. */
@ApiTags('forecasts')
@Controller('api/symbols/:symbol')
@UseFilters(AwayFilter)
export class ForecastsController {
  constructor(
    @Inject(ForecastQueries) private readonly queries: ForecastQueries,
    @Inject(PerformanceQueries) private readonly performances: PerformanceQueries,
  ) {}

  @Reads('origins', Origins, 'Sessions from which there is a forecast or an abstention, newest first.', UNKNOWN)
  origins(
    @SymbolName() symbol: string,
    @To() to: string | undefined,
    @Limit(250, 2000, 'origins') limit: number,
  ): Promise<Origins> {
    return this.queries.origins(symbol, to, limit);
  }

  @Reads('forecast', Fan, 'The forecast from one session beside what happened, or why there is none.', {
    notFound: 'There is neither a forecast nor an abstention from that session.',
  })
  forecast(
    @SymbolName() symbol: string,
    @DayQuery('origin', 'Session from which it is; the latest by default.') origin: string | undefined,
  ): Promise<Fan> {
    return this.queries.fan(symbol, origin);
  }

  @Reads('forecasts', PastForecasts, 'Forecasts of one horizon beside what happened, oldest target first.', UNKNOWN)
  forecasts(
    @SymbolName() symbol: string,
    @Horizon() horizon: number,
    @DayQuery('to', 'Last session that is forecast; all by default. `next` of an answer gets the page before it.')
    to: string | undefined,
    @Limit(250, 2000, 'forecasts') limit: number,
  ): Promise<PastForecasts> {
    return this.queries.past(symbol, { horizon, to, limit });
  }

  @Reads('performance', Performance, 'How forecasts fared, and what those that wait expect of themselves.', UNKNOWN)
  performance(
    @SymbolName() symbol: string,
    @Horizon() horizon: number,
    @NumberQuery('window', 'Forecasts over which the rolling performance is.', { from: 2, to: 1000, fallback: 60 })
    window: number,
    @DayQuery('to', 'Session by which they had matured; the latest by default.') to: string | undefined,
    @Limit(250, 2000, 'points of the rolling performance') limit: number,
  ): Promise<Performance> {
    return this.performances.performance(symbol, { horizon, window, to, limit });
  }
}
