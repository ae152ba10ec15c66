import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CascadeProgress, CascadeRun, RUN_STATES, SessionRun, Sessions } from './answers';
import { AwayFilter } from './away.filter';
import { CascadeQueries } from './cascade.queries';
import { Before, Cursor, Id, IdQuery, Limit, SessionDay, SymbolName, WordQuery } from './parameters';
import { ProgressQueries } from './progress.queries';
import { Reads } from './reads';
import { RunQueries } from './run.queries';

/** How sessions ran. */
@ApiTags('sessions')
@Controller('api')
@UseFilters(AwayFilter)
export class SessionsController {
  constructor(
    @Inject(RunQueries) private readonly runs: RunQueries,
    @Inject(CascadeQueries) private readonly cascades: CascadeQueries,
    @Inject(ProgressQueries) private readonly progress: ProgressQueries,
  ) {}

  @Reads('sessions', Sessions, 'Sessions that closed, newest first.')
  list(@Before() before: string | undefined, @Limit(20, 250, 'sessions') limit: number): Promise<Sessions> {
    return this.runs.list(before, limit);
  }

  @Reads('sessions/:session', SessionRun, 'One session with every symbol’s run.', {
    notFound: 'The session was not run.',
  })
  session(
    @SessionDay() session: string,
    @WordQuery('state', 'Runs in this state alone.', RUN_STATES) state: string | undefined,
    @Cursor('after', /^[0-5]-[A-Z0-9^.\-=]{1,20}$/) after: string | undefined,
    @Limit(100, 5000, 'runs') limit: number,
  ): Promise<SessionRun> {
    return this.runs.session(session, { state, after, limit });
  }

  @Reads('sessions/:session/symbols/:symbol', CascadeRun, 'One symbol’s cascade at one session, as a graph of steps.', {
    notFound: 'There is no such cascade.',
  })
  cascade(
    @SessionDay() session: string,
    @SymbolName() symbol: string,
    @IdQuery('correlation', 'Id of the message that started it; the newest cascade of the session by default.')
    correlation: string | undefined,
  ): Promise<CascadeRun> {
    return this.cascades.cascade({ session, symbol, correlation });
  }

  @Reads(
    'cascades/:correlationId',
    CascadeProgress,
    'How far a cascade has come, whether or not its close is recorded.',
  )
  progressOf(
    @Id('correlationId', 'Id of the message that started it.') correlationId: string,
  ): Promise<CascadeProgress> {
    return this.progress.cascade(correlationId);
  }
}
