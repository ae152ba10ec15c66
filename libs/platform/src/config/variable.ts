/** How one environment variable is read: parsed to a value, or refused with what is allowed. */
export interface Variable<T> {
  readonly name: string;
  readonly description: string;
  /** What is allowed, as an error and the docs say it. */
  readonly allowed: string;
  /** Value when the variable is unset or empty. */
  readonly fallback: T;
  /** Whether its value must not be shown. */
  readonly secret?: boolean;
  /** undefined: not allowed. */
  readonly parse: (text: string) => T | undefined;
}

type Definition<T> = Pick<Variable<T>, 'name' | 'description' | 'fallback'>;

/** Any text that matches a pattern. */
export function text<T extends string | undefined>(
  definition: Definition<T>,
  pattern: RegExp,
  allowed: string,
): Variable<T | string> {
  return { ...definition, allowed, parse: (value) => (pattern.test(value) ? value : undefined) };
}

/** A text that is never shown, not even where it is refused. */
export function secret(
  definition: Omit<Definition<undefined>, 'fallback'>,
  pattern: RegExp,
  allowed: string,
): Variable<string | undefined> {
  return { ...text<string | undefined>({ ...definition, fallback: undefined }, pattern, allowed), secret: true };
}

/** A whole number within limits, both included. */
export function integer(definition: Definition<number>, minimum: number, maximum: number): Variable<number> {
  return {
    ...definition,
    allowed: `a whole number from ${minimum} to ${maximum}`,
    parse: (value) => {
      const number = Number(value);
      return /^-?\d+$/.test(value) && number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

/** A share, 0 and 1 included. */
export function share(definition: Definition<number>): Variable<number> {
  return {
    ...definition,
    allowed: 'a number from 0 to 1',
    parse: (value) => (/^(0|1|[01]?\.\d+)$/.test(value) && Number(value) <= 1 ? Number(value) : undefined),
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(definition: Definition<T>, values: readonly T[]): Variable<T> {
  return {
    ...definition,
    allowed: values.join(', '),
    parse: (value) => values.find((allowed) => allowed === value),
  };
}

/** A comma-separated list of texts that each match a pattern. */
export function list(
  definition: Definition<readonly string[]>,
  pattern: RegExp,
  allowed: string,
): Variable<readonly string[]> {
  return {
    ...definition,
    allowed: `a comma-separated list, each ${allowed}`,
    parse: (value) => {
      const items = value.split(',').map((item) => item.trim());
      return items.every((item) => pattern.test(item)) ? [...new Set(items)] : undefined;
    },
  };
}

/** Reads a file whole, as text. */
export type ReadText = (path: string) => string;

/**
 * Reads one variable. A secret may lie in a file instead, named by the variable with `_FILE` at its end: where secrets are mounted, they
 * need not be in the environment, which is shown by much that looks at processes.
 *
 * @throws Error naming the variable, what it was and what is allowed
 */
export function readVariable<T>(
  variable: Variable<T>,
  environment: Readonly<Record<string, string | undefined>>,
  readText: ReadText,
): T {
  const value = environment[variable.name] || (variable.secret ? secretIn(`${variable.name}_FILE`) : undefined);
  if (value === undefined || value === '') return variable.fallback;
  const parsed = variable.parse(value);
  if (parsed === undefined) {
    const was = variable.secret ? 'not what it can be (its value is not shown)' : `"${value}"`;
    throw new Error(`${variable.name} is ${was}; allowed: ${variable.allowed}`);
  }
  return parsed;

  function secretIn(name: string): string | undefined {
    const path = environment[name];
    if (path === undefined || path === '') return undefined;
    try {
      return readText(path).trim();
    } catch (error) {
      throw new Error(`${name} names ${path}, which cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }
}
