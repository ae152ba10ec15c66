import { isDay, SYMBOL_PATTERN } from '@closing-bell/contracts';
import {
  BadRequestException,
  Controller,
  Get,
  Inject,
  NotFoundException,
  Param,
  Query,
  UseFilters,
} from '@nestjs/common';
import {
  type AbstentionRow,
  type CascadeProgress,
  type DeadLetterRow,
  type ForecastRow,
  type Performance,
  Queries,
  type SessionStatus,
} from './queries';
import { WarehouseUnavailableFilter } from './warehouse-unavailable.filter';

const MOST_ROWS = 1000;
const ID_PATTERN = /^[\w-]{1,200}$/;

/** What the warehouse knows, read only. */
@Controller('api')
@UseFilters(WarehouseUnavailableFilter)
export class ApiController {
  constructor(@Inject(Queries) private readonly queries: Queries) {}

  /** Where a cascade stands, by the id of the message that started it. */
  @Get('cascades/:correlationId')
  cascade(@Param('correlationId') correlationId: string): Promise<CascadeProgress> {
    return this.queries.cascade(checked(correlationId, ID_PATTERN, 'a message id'));
  }

  @Get('sessions')
  sessions(@Query('limit') limit?: string): Promise<SessionStatus[]> {
    return this.queries.sessions(checkedLimit(limit, 20));
  }

  @Get('symbols')
  symbols(): Promise<{ symbol: string; sessions: number; last_session: string }[]> {
    return this.queries.symbols();
  }

  /**
   * A symbol's forecast from an origin (the latest by default), the closes before it and how earlier forecasts fared; with the latest
   * one, also why there is none from a later session. Where there is no forecast because the forecaster abstained, 404 says why.
   */
  @Get('forecasts/:symbol')
  async forecast(
    @Param('symbol') symbol: string,
    @Query('session') session?: string,
  ): Promise<{
    forecast: ForecastRow[];
    abstention?: AbstentionRow;
    closes: { session: string; close: number }[];
    performance: Performance[];
    decisions: { session: string; trigger: string; decision: string; reasons: string; model_version: number }[];
  }> {
    checked(symbol, SYMBOL_PATTERN, 'a ticker symbol');
    if (session !== undefined && !isDay(session)) throw new BadRequestException('session must be a day YYYY-MM-DD');
    const [forecast, abstention] = await Promise.all([
      this.queries.forecast(symbol, session),
      this.queries.abstention(symbol, session),
    ]);
    const origin = forecast[0]?.origin_session;
    if (origin === undefined) throw noForecast(symbol, session, abstention);
    const [closes, performance, decisions] = await Promise.all([
      this.queries.closes(symbol, origin, 60),
      this.queries.performance(symbol),
      this.queries.decisions(symbol, 10),
    ]);
    const since = abstention && abstention.session > origin ? { abstention } : {};
    return { forecast, ...since, closes, performance, decisions };
  }

  @Get('dead-letters')
  deadLetters(@Query('limit') limit?: string): Promise<DeadLetterRow[]> {
    return this.queries.deadLetters(checkedLimit(limit, 100));
  }

  @Get('dead-letters/:id')
  async deadLetter(@Param('id') id: string): Promise<DeadLetterRow> {
    const letter = await this.queries.deadLetter(checked(id, ID_PATTERN, 'a dead letter’s id'));
    if (!letter) throw new NotFoundException(`no dead letter ${id}`);
    return letter;
  }
}

function noForecast(symbol: string, session?: string, abstention?: AbstentionRow): NotFoundException {
  if (!abstention) {
    const from = session === undefined ? '' : ` from ${session}`;
    return new NotFoundException(`no forecast of ${symbol}${from}; replay a close of it first`);
  }
  const { session: at, code, detail } = abstention;
  return new NotFoundException({
    statusCode: 404,
    error: 'Not Found',
    message: `no forecast of ${symbol} from ${at}: the forecaster abstained (${code}). ${detail}`,
    abstention,
  });
}

function checked(value: string, pattern: RegExp, what: string): string {
  if (!pattern.test(value)) throw new BadRequestException(`"${value.slice(0, 50)}" is not ${what}`);
  return value;
}

function checkedLimit(limit: string | undefined, fallback: number): number {
  const number = limit === undefined ? fallback : Number(limit);
  if (!Number.isInteger(number) || number < 1 || number > MOST_ROWS) {
    throw new BadRequestException(`limit must be a whole number from 1 to ${MOST_ROWS}`);
  }
  return number;
}
