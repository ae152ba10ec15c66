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
import { pipeline } from 'node:stream/promises';
import { AwayFilter } from './away.filter';

/** What is used of an answer of HTTP. */
type Answer = NodeJS.WritableStream & { setHeader(name: string, value: string): void; flushHeaders(): void };

/** Under which the warehouse is provided. */
export const WAREHOUSE = Symbol('warehouse');

/** Tables and views as files. A warehouse in a file can be read by the monitor alone while it runs. */
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

  /** All rows of a table or view. What fails on the way breaks the connection, so that half a file is not taken for a whole one. */
  @Get(':name')
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
