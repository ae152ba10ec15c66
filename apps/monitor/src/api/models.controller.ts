import { TRIGGERS } from '@closing-bell/contracts';
import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DecisionDetail, Models } from './answers';
import { AwayFilter } from './away.filter';
import { ModelQueries } from './models.queries';
import { Before, Flag, Limit, SessionDay, SymbolName, WordPath } from './parameters';
import { Reads } from './reads';

/** Which model serves a symbol, and why. */
@ApiTags('models')
@Controller('api/symbols/:symbol')
@UseFilters(AwayFilter)
export class ModelsController {
  constructor(@Inject(ModelQueries) private readonly queries: ModelQueries) {}

  @Reads('models', Models, 'Versions of a symbol’s model and the decisions on it, newest first.', {
    notFound: 'Nothing is known of the symbol.',
  })
  models(
    @SymbolName() symbol: string,
    @Before() before: string | undefined,
    @Limit(50, 2000, 'decisions') limit: number,
    @Flag('trained', 'Leave out decisions that kept all as it was.') trained: boolean,
  ): Promise<Models> {
    return this.queries.models(symbol, { before, limit, trained });
  }

  @Reads(
    'decisions/:session/:trigger',
    DecisionDetail,
    'A decision with the gate’s rules and scores, from its record.',
    {
      notFound: 'There is no such decision, or its record is not there.',
    },
  )
  decision(
    @SymbolName() symbol: string,
    @SessionDay() session: string,
    @WordPath('trigger', 'What made the trainer decide.', TRIGGERS) trigger: string,
  ): Promise<DecisionDetail> {
    return this.queries.decision(symbol, session, trigger);
  }
}
