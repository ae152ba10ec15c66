import { isDay, SYMBOL_PATTERN } from '@closing-bell/contracts';
import { BadRequestException, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam, ApiQuery } from '@nestjs/swagger';

/** What is used of a request. */
interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
}

interface Definition<T> {
  readonly name: string;
  readonly description: string;
  /** JSON schema of what is allowed. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly required?: boolean;
  /** undefined: not given. @throws BadRequestException saying what is allowed */
  readonly parse: (text: string | undefined) => T;
}

/** A parameter, read, checked and described by one definition. */
function parameter<T>(
  place: 'path' | 'query',
  { name, description, schema, required, parse }: Definition<T>,
): ParameterDecorator {
  const describe = place === 'path' ? ApiParam : ApiQuery;
  return createParamDecorator(
    (_data: unknown, context: ExecutionContext): T => {
      const asked = context.switchToHttp().getRequest<Asked>();
      const value = place === 'path' ? asked.params[name] : asked.query[name];
      if (value !== undefined && typeof value !== 'string') throw new BadRequestException(`${name} is given twice`);
      return parse(value);
    },
    [
      (target, key) => {
        const descriptor = Object.getOwnPropertyDescriptor(target, key ?? '');
        if (!descriptor) return;
        describe({ name, description, schema, required: place === 'path' || required === true })(
          target,
          key ?? '',
          descriptor,
        );
      },
    ],
  )();
}

const shown = (text: string): string => `"${text.slice(0, 50)}"`;

/** Where `pattern` is not kept, the answer is 400 with `what` is wanted. */
function matching(name: string, pattern: RegExp, what: string) {
  return (text: string | undefined): string => {
    if (text === undefined || !pattern.test(text)) {
      throw new BadRequestException(`${name}: ${shown(text ?? '')} is not ${what}`);
    }
    return text;
  };
}

function day(name: string): (text: string | undefined) => string {
  return (text) => {
    if (!isDay(text)) throw new BadRequestException(`${name}: ${shown(text ?? '')} is not a day YYYY-MM-DD`);
    return text;
  };
}

function whole(name: string, { from, to, fallback }: Limits): (text: string | undefined) => number {
  return (text) => {
    if (text === undefined) return fallback;
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    throw new BadRequestException(`${name} must be a whole number from ${from} to ${to}`);
  };
}

function optional<T>(parse: (text: string) => T): (text: string | undefined) => T | undefined {
  return (text) => (text === undefined ? undefined : parse(text));
}

interface Limits {
  readonly from: number;
  readonly to: number;
  readonly fallback: number;
}

const DAY = { type: 'string', format: 'date' } as const;
const wholeSchema = ({ from, to, fallback }: Limits) => ({
  type: 'integer',
  minimum: from,
  maximum: to,
  default: fallback,
});

/** A ticker symbol in the path. */
export const SymbolName = (): ParameterDecorator =>
  parameter('path', {
    name: 'symbol',
    description: 'Ticker symbol, such as AAPL or ^GSPC.',
    schema: { type: 'string', pattern: SYMBOL_PATTERN.source },
    parse: matching('symbol', SYMBOL_PATTERN, 'a ticker symbol such as AAPL, BRK-B or ^GSPC'),
  });

/** A session in the path. */
export const SessionDay = (): ParameterDecorator =>
  parameter('path', { name: 'session', description: 'Session, YYYY-MM-DD.', schema: DAY, parse: day('session') });

/** A session in the query, undefined where it is not given. */
export const DayQuery = (name: string, description: string): ParameterDecorator =>
  parameter('query', { name, description, schema: DAY, parse: optional(day(name)) });

/** The last session of a page, for lists that go back in time. */
export const To = (): ParameterDecorator =>
  DayQuery('to', 'Last session of the page; the latest by default. `next` of an answer gets the page before it.');

/** What a page of sessions ends before. */
export const Before = (): ParameterDecorator =>
  DayQuery('before', 'Session that the page ends before; none by default. `next` of an answer gets the next page.');

/** How much is answered at most. */
export const Limit = (fallback: number, to: number, what: string): ParameterDecorator =>
  NumberQuery('limit', `How many ${what} at most.`, { from: 1, to, fallback });

/** A whole number in the query. */
export const NumberQuery = (name: string, description: string, limits: Limits): ParameterDecorator =>
  parameter('query', { name, description, schema: wholeSchema(limits), parse: whole(name, limits) });

/** How many sessions ahead. */
export const Horizon = (): ParameterDecorator =>
  NumberQuery('horizon', 'Sessions ahead.', { from: 1, to: 10, fallback: 1 });

const ID = /^[\w-]{1,200}$/;

/** The id of a message or a dead letter in the path. */
export const Id = (name: string, description: string): ParameterDecorator =>
  parameter('path', {
    name,
    description,
    schema: { type: 'string', pattern: ID.source },
    parse: matching(name, ID, 'an id'),
  });

/** The id of a message in the query, undefined where it is not given. */
export const IdQuery = (name: string, description: string): ParameterDecorator =>
  parameter('query', {
    name,
    description,
    schema: { type: 'string', pattern: ID.source },
    parse: optional(matching(name, ID, 'an id')),
  });

/** One of a few words in the path. */
export const WordPath = (name: string, description: string, words: readonly string[]): ParameterDecorator =>
  parameter('path', { name, description, schema: { type: 'string', enum: words }, parse: word(name, words) });

/** One of a few words in the query, undefined where it is not given. */
export const WordQuery = (name: string, description: string, words: readonly string[]): ParameterDecorator =>
  parameter('query', {
    name,
    description,
    schema: { type: 'string', enum: words },
    parse: optional(word(name, words)),
  });

/** Yes or no in the query; no where it is not given. */
export const Flag = (name: string, description: string): ParameterDecorator =>
  parameter('query', {
    name,
    description,
    schema: { type: 'boolean', default: false },
    parse: (text) => text !== undefined && word(name, ['true', 'false'])(text) === 'true',
  });

/** Names separated by commas in the query, undefined where none is given. */
export const Names = (name: string, description: string): ParameterDecorator =>
  parameter('query', {
    name,
    description,
    schema: { type: 'string' },
    parse: optional((text) => [...new Set(text.split(',').map((one) => one.trim()))].filter((one) => one !== '')),
  });

/** What a page begins after, as an answer’s `next` says it. */
export const Cursor = (name: string, pattern: RegExp): ParameterDecorator =>
  parameter('query', {
    name,
    description: '`next` of the answer that this one goes on from; none by default.',
    schema: { type: 'string', pattern: pattern.source },
    parse: optional(matching(name, pattern, 'what an answer gave as next')),
  });

function word(name: string, words: readonly string[]): (text: string | undefined) => string {
  return (text) => {
    const known = words.find((one) => one === text);
    if (known === undefined) throw new BadRequestException(`${name} must be one of ${words.join(', ')}`);
    return known;
  };
}
