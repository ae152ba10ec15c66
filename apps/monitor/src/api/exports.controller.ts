import {
  encodeRows,
  EXPORT_FORMATS,
  type ExportFormat,
  MEDIA_TYPES,
  type Relation,
  relations,
  type Warehouse,
} from '@closing-bell/warehouse';
import {
  BadRequestException,
  Controller,
  Get,
  Inject,
  Logger,
  NotFoundException,
  type OnModuleDestroy,
  Param,
  Query,
  Res,
  UseFilters,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { pipeline } from 'node:stream/promises';
import { Failure } from './answers';
import { AwayFilter } from './away.filter';

/** What is used of an answer of HTTP. */
type Answer = NodeJS.WritableStream & { setHeader(name: string, value: string): void; flushHeaders(): void };

/** Under which the warehouse is provided. */
export const WAREHOUSE = Symbol('warehouse');

/** Tables and views as files. A warehouse in a file can be read by the monitor alone while it runs. */
@ApiTags('exports')
@Controller('api/exports')
@UseFilters(AwayFilter)
export class ExportsController implements OnModuleDestroy {
  private readonly logger = new Logger('exports');
  private readonly draining = new AbortController();

  constructor(@Inject(WAREHOUSE) private readonly warehouse: Warehouse) {}

  /** Breaks off what is under way: a reader that has stopped reading would keep the service from stopping. */
  onModuleDestroy(): void {
    this.draining.abort();
  }

  /** What fails on the way breaks the connection, so that half a file is not taken for a whole one. */
  @Get(':name')
  @ApiOperation({ summary: 'All rows of a table or view as a file.' })
  @ApiParam({ name: 'name', description: 'Name of a table or view.', schema: { type: 'string' } })
  @ApiQuery({
    name: 'format',
    required: false,
    description: 'What file.',
    schema: { type: 'string', enum: [...EXPORT_FORMATS], default: 'csv' },
  })
  @ApiQuery({
    name: 'processing',
    required: false,
    description: 'Also the columns that say when a row was written.',
    schema: { type: 'boolean', default: false },
  })
  @ApiOkResponse({
    description: 'The file; the connection breaks where a row cannot be read, so that half of it is not taken for it.',
    content: Object.fromEntries(
      Object.values(MEDIA_TYPES).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
  })
  @ApiBadRequestResponse({ type: Failure, description: 'There is no such format.' })
  @ApiNotFoundResponse({ type: Failure, description: 'There is no table or view of that name.' })
  @ApiServiceUnavailableResponse({ type: Failure, description: 'The warehouse is away.' })
  async export(
    @Res() answer: Answer,
    @Param('name') name: string,
    @Query('format') format = 'csv',
    @Query('processing') processing = 'false',
  ): Promise<void> {
    const relation = relationOf(name);
    const options = { format: formatOf(format), processing: processing === 'true' };
    const bytes = encodeRows(relation, this.warehouse.rows(relation, options), options);
    try {
      // What fails before the first bytes is answered as it is anywhere else.
      const first = await bytes.next();
      answer.setHeader('Content-Type', MEDIA_TYPES[options.format]);
      answer.setHeader('Content-Disposition', `attachment; filename="${relation.name}.${options.format}"`);
      answer.setHeader('Cache-Control', 'no-store');
      // So that what fails at once is a body that breaks off, too, rather than no answer.
      answer.flushHeaders();
      await pipeline(
        async function* () {
          if (first.done) return;
          yield first.value;
          yield* bytes;
        },
        answer,
        { signal: this.draining.signal },
      ).catch((error: Error) => this.logger.warn(`the export of ${relation.name} broke off: ${error.message}`));
    } finally {
      // A reader that left before the first bytes has read none: the rows are still open.
      await bytes.return();
    }
  }
}

function relationOf(name: string): Relation {
  const relation = relations.find((one) => one.name === name);
  if (relation) return relation;
  throw new NotFoundException(
    `no table or view of that name; there are ${relations.map((one) => one.name).join(', ')}`,
  );
}

function formatOf(format: string): ExportFormat {
  const known = EXPORT_FORMATS.find((one) => one === format);
  if (known === undefined) throw new BadRequestException(`format must be one of ${EXPORT_FORMATS.join(', ')}`);
  return known;
}
