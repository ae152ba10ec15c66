import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Bars, Indicators } from './answers';
import { AwayFilter } from './away.filter';
import { BarQueries } from './bars.queries';
import { IndicatorQueries } from './indicators.queries';
import { DayQuery, Limit, Names, SymbolName, To } from './parameters';
import { Reads } from './reads';

const UNKNOWN = 'Nothing is known of the symbol.';

/** What a symbol's market did. */
@ApiTags('symbols')
@Controller('api/symbols/:symbol')
@UseFilters(AwayFilter)
export class BarsController {
  constructor(
    @Inject(BarQueries) private readonly queries: BarQueries,
    @Inject(IndicatorQueries) private readonly indicatorQueries: IndicatorQueries,
  ) {}

  @Reads('bars', Bars, 'Bars as each was known at its own close, oldest first.', { notFound: UNKNOWN })
  bars(
    @SymbolName() symbol: string,
    @To() to: string | undefined,
    @Limit(250, 2000, 'bars') limit: number,
  ): Promise<Bars> {
    return this.queries.bars(symbol, to, limit);
  }

  @Reads('indicators', Indicators, 'Features of one snapshot as they were stored and served.', {
    notFound: 'No features of the symbol were computed up to that session, or there is none of that name.',
  })
  indicators(
    @SymbolName() symbol: string,
    @Names('names', 'Names of features, separated by commas; all by default.') names: readonly string[] | undefined,
    @DayQuery('to', 'Session of the snapshot: the latest up to it; the latest of all by default.')
    to: string | undefined,
    @Limit(250, 2000, 'sessions, the last ones,') limit: number,
  ): Promise<Indicators> {
    return this.indicatorQueries.indicators(symbol, { names, to, limit });
  }
}
