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
  NotFoundException,
  Param,
  Query,
  Res,
  UseFilters,
} from '@nestjs/common';
import { pipeline } from 'node:stream/promises';
import { WarehouseUnavailableFilter } from './warehouse-unavailable.filter';

/** What is used of an answer of HTTP. */
type Answer = NodeJS.WritableStream & { setHeader(name: string, value: string): void };

/** Under which the warehouse is provided. */
export const WAREHOUSE = Symbol('warehouse');

/** Tables and views as files. A warehouse in a file can be read by the monitor alone while it runs. */
@Controller('api/exports')
@UseFilters(WarehouseUnavailableFilter)
export class ExportsController {
  constructor(@Inject(WAREHOUSE) private readonly warehouse: Warehouse) {}

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
    // What fails before the first bytes is answered as it is anywhere else.
    const first = await bytes.next();
    answer.setHeader('Content-Type', MEDIA_TYPES[options.format]);
    answer.setHeader('Content-Disposition', `attachment; filename="${relation.name}.${options.format}"`);
    answer.setHeader('Cache-Control', 'no-store');
    await pipeline(async function* () {
      if (first.done) return;
      yield first.value;
      yield* bytes;
    }, answer).catch(() => undefined);
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
