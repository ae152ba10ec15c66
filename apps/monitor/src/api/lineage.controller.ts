import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Lineage } from './answers';
import { AwayFilter } from './away.filter';
import { LineageQueries } from './lineage.queries';
import { DayQuery, Horizon, SymbolName } from './parameters';
import { Reads } from './reads';

/** Where a number comes from. */
@ApiTags('lineage')
@Controller('api/symbols/:symbol')
@UseFilters(AwayFilter)
export class LineageController {
  constructor(@Inject(LineageQueries) private readonly queries: LineageQueries) {}

  @Reads('lineage', Lineage, 'What a forecast was made from, down to bars, messages and commit.', {
    notFound: 'There is no forecast from that session, or an object that it was made from is not there.',
  })
  lineage(
    @SymbolName() symbol: string,
    @DayQuery('origin', 'Session from which the forecast is; the latest by default.') origin: string | undefined,
    @Horizon() horizon: number,
  ): Promise<Lineage> {
    return this.queries.lineage(symbol, origin, horizon);
  }
}
