import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DriftDetail, DriftHistory } from './answers';
import { AwayFilter } from './away.filter';
import { DriftQueries } from './drift.queries';
import { Limit, SessionDay, SymbolName, To } from './parameters';
import { Reads } from './reads';

/** How far a symbol's data moved away from what they were. */
@ApiTags('drift')
@Controller('api/symbols/:symbol/drift')
@UseFilters(AwayFilter)
export class DriftController {
  constructor(@Inject(DriftQueries) private readonly queries: DriftQueries) {}

  @Reads('', DriftHistory, 'Drift scores by session, newest first, and what came of alarms.', {
    notFound: 'Nothing is known of the symbol.',
  })
  history(
    @SymbolName() symbol: string,
    @To() to: string | undefined,
    @Limit(250, 2000, 'sessions') limit: number,
  ): Promise<DriftHistory> {
    return this.queries.history(symbol, to, limit);
  }

  @Reads(':session', DriftDetail, 'Both windows of every watched column as they were known at a session.', {
    notFound: 'There is no bar of the symbol at that session.',
  })
  detail(@SymbolName() symbol: string, @SessionDay() session: string): Promise<DriftDetail> {
    return this.queries.detail(symbol, session);
  }
}
