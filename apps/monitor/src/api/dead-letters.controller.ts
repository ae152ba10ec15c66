import { Controller, Inject, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DeadLetterDetail, DeadLetters } from './answers';
import { AwayFilter } from './away.filter';
import { DeadLetterQueries } from './dead-letters.queries';
import { TIME_CURSOR } from './time-pages';
import { Cursor, Id, Limit } from './parameters';
import { Reads } from './reads';

/** Messages that could not be handled. */
@ApiTags('dead letters')
@Controller('api/dead-letters')
@UseFilters(AwayFilter)
export class DeadLettersController {
  constructor(@Inject(DeadLetterQueries) private readonly queries: DeadLetterQueries) {}

  @Reads('', DeadLetters, 'Dead letters, newest first.')
  list(
    @Cursor('before', TIME_CURSOR) before: string | undefined,
    @Limit(100, 1000, 'dead letters') limit: number,
  ): Promise<DeadLetters> {
    return this.queries.list(before, limit);
  }

  @Reads(':id', DeadLetterDetail, 'One dead letter with the message as it came.', { notFound: 'There is none.' })
  letter(@Id('id', 'Id of the dead letter.') id: string): Promise<DeadLetterDetail> {
    return this.queries.letter(id);
  }
}
