import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Instance, KnownSymbol, Universe } from './answers';
import { AwayFilter } from './away.filter';
import { InstanceQueries } from './instance.queries';
import { DayQuery } from './parameters';
import { Reads } from './reads';
import { UniverseQueries } from './universe.queries';

/** What there is at all. */
@ApiTags('overview')
@Controller('api')
@UseFilters(AwayFilter)
export class InstanceController {
  constructor(
    @Inject(InstanceQueries) private readonly instances: InstanceQueries,
    @Inject(UniverseQueries) private readonly universes: UniverseQueries,
  ) {}

  @Reads('instance', Instance, 'What this instance is, and how far it has come.')
  instance(): Promise<Instance> {
    return this.instances.instance();
  }

  @Reads('symbols', [KnownSymbol], 'Every symbol of which there are bars.')
  symbols(): Promise<readonly KnownSymbol[]> {
    return this.instances.symbols();
  }

  @Reads('universe', Universe, 'Every symbol with a bar of the last thirty sessions, as of one session.')
  universe(
    @DayQuery('session', 'Session as of which; the latest by default.') session: string | undefined,
  ): Promise<Universe> {
    return this.universes.universe(session);
  }
}
