import { invalidArgument } from '../status-error';
import { LIMITS, requireAtMost } from './limits';

/** Whether a subscription wants a message with these attributes. */
export type Filter = (attributes: ReadonlyMap<string, string>) => boolean;

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_-]*)|(!=|[().,:=-]))/y;

interface Token {
  readonly kind: 'string' | 'word' | 'symbol';
  readonly text: string;
}

/**
 * Compiles Google's filter language: `attributes:key`, `attributes.key = "value"`, `!=`, `hasPrefix(attributes.key, "value")`,
 * AND, OR, NOT (or -) and parentheses. AND and OR do not mix without parentheses, and operators are in capitals.
 * Source: cloud.google.com/pubsub/docs/subscription-message-filter.
 *
 * @throws StatusError INVALID_ARGUMENT that names what was expected and where.
 */
export function compileFilter(source: string): Filter {
  requireAtMost(LIMITS.filterBytes, Buffer.byteLength(source), 'Filter size in bytes');
  return new FilterParser(source).parse();
}

class FilterParser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(private readonly source: string) {
    this.#tokens = this.#tokenize();
  }

  parse(): Filter {
    const filter = this.#expression();
    if (this.#position < this.#tokens.length) throw this.#unexpected('the end, or a single kind of AND or OR');
    return filter;
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    const end = this.source.trimEnd().length;
    TOKEN.lastIndex = 0;
    for (let position = 0; position < end; position = TOKEN.lastIndex) {
      TOKEN.lastIndex = position;
      const match = TOKEN.exec(this.source);
      if (!match) throw invalidArgument(`Filter ${this.source}: cannot read it from character ${position} on.`);
      const [, quoted, word, symbol] = match;
      if (quoted !== undefined) tokens.push({ kind: 'string', text: this.#unquote(quoted) });
      else if (word !== undefined) tokens.push({ kind: 'word', text: word });
      else tokens.push({ kind: 'symbol', text: symbol ?? '' });
    }
    return tokens;
  }

  #unquote(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw invalidArgument(`Filter ${this.source}: ${quoted} is no valid string.`);
    }
  }

  #expression(): Filter {
    const terms = [this.#term()];
    const operator = this.#isWord('AND') ? 'AND' : 'OR';
    while (this.#isWord(operator)) {
      this.#position++;
      terms.push(this.#term());
    }
    const [only] = terms;
    if (terms.length === 1 && only) return only;
    return operator === 'AND'
      ? (attributes) => terms.every((term) => term(attributes))
      : (attributes) => terms.some((term) => term(attributes));
  }

  #term(): Filter {
    if (this.#isWord('NOT') || this.#isSymbol('-')) {
      this.#position++;
      const negated = this.#term();
      return (attributes) => !negated(attributes);
    }
    if (this.#isSymbol('(')) {
      this.#position++;
      const inner = this.#expression();
      this.#symbol(')');
      return inner;
    }
    if (this.#isWord('hasPrefix')) return this.#hasPrefix();
    return this.#comparison();
  }

  #hasPrefix(): Filter {
    this.#position++;
    this.#symbol('(');
    this.#word('attributes');
    this.#symbol('.');
    const key = this.#key();
    this.#symbol(',');
    const prefix = this.#string();
    this.#symbol(')');
    return (attributes) => attributes.get(key)?.startsWith(prefix) ?? false;
  }

  #comparison(): Filter {
    this.#word('attributes');
    if (this.#isSymbol(':')) {
      this.#position++;
      const key = this.#key();
      return (attributes) => attributes.has(key);
    }
    this.#symbol('.');
    const key = this.#key();
    if (this.#isSymbol('!=')) {
      this.#position++;
      const value = this.#string();
      return (attributes) => attributes.get(key) !== value;
    }
    this.#symbol('=');
    const value = this.#string();
    return (attributes) => attributes.get(key) === value;
  }

  #key(): string {
    const token = this.#tokens[this.#position];
    if (!token || token.kind === 'symbol') throw this.#unexpected('an attribute key');
    this.#position++;
    return token.text;
  }

  #string(): string {
    const token = this.#tokens[this.#position];
    if (token?.kind !== 'string') throw this.#unexpected('a string in double quotes');
    this.#position++;
    return token.text;
  }

  #word(text: string): void {
    if (!this.#isWord(text)) throw this.#unexpected(text);
    this.#position++;
  }

  #symbol(text: string): void {
    if (!this.#isSymbol(text)) throw this.#unexpected(text);
    this.#position++;
  }

  #isWord(text: string): boolean {
    const token = this.#tokens[this.#position];
    return token?.kind === 'word' && token.text === text;
  }

  #isSymbol(text: string): boolean {
    const token = this.#tokens[this.#position];
    return token?.kind === 'symbol' && token.text === text;
  }

  #unexpected(expected: string): Error {
    const found = this.#tokens[this.#position]?.text ?? 'its end';
    return invalidArgument(`Filter ${this.source}: expected ${expected}, found ${found}.`);
  }
}
