import { IsInt, IsOptional, Matches, Max, Min, registerDecorator, type ValidationArguments } from 'class-validator';

/** A ticker as the market-data source spells it: `AAPL`, `BRK-B`, `^GSPC`, `7203.T`. At most 20 characters, never a path. */
export const SYMBOL_PATTERN = /^\^?[A-Z0-9]([A-Z0-9.\-=]{0,17}[A-Z0-9])?$/;

/** ISO 10383 market identifier code of an exchange, such as `XNYS`. */
export const EXCHANGE_PATTERN = /^[A-Z0-9]{4}$/;

const SHA256_PATTERN = /^[0-9a-f]{64}$/;
const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** Whether `value` is a calendar day that exists, written YYYY-MM-DD. */
export function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !DAY_PATTERN.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** The property is a trading session's day, YYYY-MM-DD in the exchange's time zone. */
export function IsSessionDay(): PropertyDecorator {
  return (target, propertyKey) => {
    registerDecorator({
      name: 'isSessionDay',
      target: target.constructor,
      propertyName: propertyKey as string,
      validator: {
        validate: isDay,
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? 'value'} must be a day written YYYY-MM-DD`,
      },
    });
  };
}

const INSTANT_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** The property is a moment, RFC 3339 in UTC. */
export function IsInstant(): PropertyDecorator {
  return (target, propertyKey) => {
    registerDecorator({
      name: 'isInstant',
      target: target.constructor,
      propertyName: propertyKey as string,
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && INSTANT_PATTERN.test(value) && !Number.isNaN(Date.parse(value)),
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? 'value'} must be a moment such as 2020-03-16T20:00:00Z`,
      },
    });
  };
}

/** The property is a ticker symbol. */
export function IsSymbol(options: { each?: boolean } = {}): PropertyDecorator {
  return Matches(SYMBOL_PATTERN, {
    ...options,
    message: '$property must be a ticker symbol such as AAPL, BRK-B or ^GSPC',
  });
}

/** The property is an exchange's market identifier code. */
export function IsExchange(): PropertyDecorator {
  return Matches(EXCHANGE_PATTERN, { message: '$property must be a market identifier code such as XNYS' });
}

/** The property is a SHA-256 in lower-case hexadecimal. */
export function IsSha256(): PropertyDecorator {
  return Matches(SHA256_PATTERN, { message: '$property must be a SHA-256 in lower-case hexadecimal' });
}

/** More combinations of options than this are not searched at once. */
export const MOST_SEARCH_TRIALS = 64;

/** The property, where it is there, is how many combinations a search for better options tries. */
export function IsSearchTrials(): PropertyDecorator {
  return (target, propertyKey) => {
    for (const rule of [IsOptional(), IsInt(), Min(2), Max(MOST_SEARCH_TRIALS)]) rule(target, propertyKey);
  };
}
