import { isDay, PermanentError, SYMBOL_PATTERN } from '@closing-bell/contracts';
import {
  applyDecorators,
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  Inject,
  Post,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { type IncomingMessage } from 'node:http';
import { ActionQueries } from './action.queries';
import { Actions } from './actions';
import { Action, Actions as ActionsAnswer, Failure, PromotionRequest, ReplayRequest } from './answers';
import { AwayFilter } from './away.filter';
import { DeadLetterQueries } from './dead-letters.queries';
import { TIME_CURSOR } from './time-pages';
import { Cursor, Id, Limit, SymbolName } from './parameters';
import { Reads } from './reads';
import { TokenGuard } from './token.guard';

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;
const MOST_SYMBOLS = 5000;

/** The request's own name, undefined where it has none. */
const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<IncomingMessage>().headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY_PATTERN.test(key)) return key;
  throw new BadRequestException('Idempotency-Key must be 1 to 200 visible ASCII characters');
});

/** A POST that acts, described: only with the token, once a key. */
function Acts(path: string, summary: string, { body, notFound }: { body?: Type; notFound?: string }): MethodDecorator {
  return applyDecorators(
    Post(path),
    HttpCode(200),
    UseGuards(TokenGuard),
    ApiBearerAuth(),
    ApiOperation({ summary }),
    ApiHeader({
      name: 'Idempotency-Key',
      description: 'Names the request: repeating it acts once, and gives the first answer.',
      required: false,
      schema: { type: 'string', pattern: KEY_PATTERN.source },
    }),
    ...(body ? [ApiBody({ type: body })] : []),
    ApiOkResponse({ type: Action, description: 'It was done; what came of it.' }),
    ApiBadRequestResponse({ type: Failure, description: 'The request is not what it may be.' }),
    ApiUnauthorizedResponse({ type: Failure, description: 'The token is missing or wrong.' }),
    ApiForbiddenResponse({ type: Failure, description: 'Actions are switched off: the monitor has no token.' }),
    ...(notFound === undefined ? [] : [ApiNotFoundResponse({ type: Failure, description: notFound })]),
    ApiConflictResponse({ type: Failure, description: 'As things stand it cannot be done; this is recorded, too.' }),
    ApiServiceUnavailableResponse({ type: Failure, description: 'The warehouse or the object store is away.' }),
  );
}

/** What people may do, and what they did. */
@ApiTags('actions')
@Controller('api')
@UseFilters(AwayFilter)
export class ActionsController {
  constructor(
    @Inject(Actions) private readonly actions: Actions,
    @Inject(ActionQueries) private readonly queries: ActionQueries,
    @Inject(DeadLetterQueries) private readonly letters: DeadLetterQueries,
  ) {}

  @Reads('actions', ActionsAnswer, 'What was asked for, newest first.')
  list(
    @Cursor('before', TIME_CURSOR) before: string | undefined,
    @Limit(100, 1000, 'actions') limit: number,
  ): Promise<ActionsAnswer> {
    return this.queries.list(before, limit);
  }

  @Acts('replays', 'Says a past close again.', { body: ReplayRequest })
  async replay(@Body() body: unknown, @IdempotencyKey() key: string | undefined): Promise<Action> {
    const { session, symbols, forceRetrain } = fieldsOf(body, ['session', 'symbols', 'forceRetrain']);
    if (!isDay(session)) throw new BadRequestException('session must be a day YYYY-MM-DD');
    if (symbols !== undefined && !isSymbols(symbols)) {
      throw new BadRequestException(`symbols must be a list of 1 to ${MOST_SYMBOLS} ticker symbols, each once`);
    }
    if (forceRetrain !== undefined && typeof forceRetrain !== 'boolean') {
      throw new BadRequestException('forceRetrain must be true or false');
    }
    return doneOrConflict(await this.actions.replay({ session, symbols, forceRetrain }, key).catch(asBadRequest));
  }

  @Acts('dead-letters/:id/redrive', 'Sends a dead letter back to its topic.', { notFound: 'There is no such one.' })
  async redrive(
    @Id('id', 'Id of the dead letter.') id: string,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Action> {
    return doneOrConflict(await this.actions.redrive(await this.letters.letter(id), key));
  }

  @Acts('symbols/:symbol/promotions', 'Makes a version serve from the next close on.', { body: PromotionRequest })
  async promote(
    @SymbolName() symbol: string,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Action> {
    const { version } = fieldsOf(body, ['version']);
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
      throw new BadRequestException('version must be a whole number from 1 on');
    }
    return doneOrConflict(await this.actions.promote(symbol, version, key));
  }
}

/** The fields of a JSON object. @throws BadRequestException where it is none, or has others */
function fieldsOf(body: unknown, allowed: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequestException('send a JSON object with Content-Type: application/json');
  }
  const unknown = Object.keys(body).filter((name) => !allowed.includes(name));
  if (unknown.length > 0) {
    throw new BadRequestException(
      `there is no ${unknown.join(', ')} in such a request; there may be ${allowed.join(', ')}`,
    );
  }
  return body as Readonly<Record<string, unknown>>;
}

function isSymbols(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_SYMBOLS &&
    new Set(value).size === value.length &&
    value.every((one) => typeof one === 'string' && SYMBOL_PATTERN.test(one))
  );
}

/** A close that its contract refuses was refused before anything was done. */
function asBadRequest(error: unknown): never {
  if (error instanceof PermanentError) throw new BadRequestException(error.message);
  throw error;
}

function doneOrConflict(action: Action): Action {
  if (action.outcome === 'refused') throw new ConflictException(action.detail);
  return action;
}
