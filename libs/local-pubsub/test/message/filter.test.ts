import { compileFilter } from '../../src/message/filter';
import { StatusError } from '../../src/status-error';

const passes = (filter: string, attributes: Record<string, string>): boolean =>
  compileFilter(filter)(new Map(Object.entries(attributes)));

describe('a filter', () => {
  it.each([
    ['attributes:symbol', { symbol: '' }, true],
    ['attributes:symbol', { other: 'x' }, false],
    ['attributes."ce-type":x', {}, undefined],
    ['attributes:"ce type"', { 'ce type': 'x' }, true],
    ['attributes:ce-type', { 'ce-type': 'x' }, true],
    ['attributes.symbol = "GOOG"', { symbol: 'GOOG' }, true],
    ['attributes.symbol = "GOOG"', { symbol: 'goog' }, false],
    ['attributes.symbol="GOOG"', { symbol: 'GOOG' }, true],
    ['attributes.symbol != "GOOG"', { symbol: 'AAPL' }, true],
    ['attributes.symbol != "GOOG"', {}, true],
    ['attributes.symbol != "GOOG"', { symbol: 'GOOG' }, false],
    ['hasPrefix(attributes.type, "closing-bell.")', { type: 'closing-bell.bars' }, true],
    ['hasPrefix(attributes.type, "closing-bell.")', { type: 'other' }, false],
    ['hasPrefix(attributes.type, "x")', {}, false],
    ['NOT attributes:a', {}, true],
    ['-attributes:a', { a: '1' }, false],
    ['NOT NOT attributes:a', { a: '1' }, true],
    ['attributes:a AND attributes:b AND attributes:c', { a: '', b: '', c: '' }, true],
    ['attributes:a AND attributes:b AND attributes:c', { a: '', b: '' }, false],
    ['attributes:a OR attributes:b', { b: '' }, true],
    ['attributes:a AND (attributes:b OR attributes:c)', { a: '', c: '' }, true],
    ['attributes:a AND (attributes:b OR attributes:c)', { b: '', c: '' }, false],
    ['attributes:a AND NOT (attributes.b = "1" OR attributes.b = "2")', { a: '', b: '3' }, true],
    ['attributes:a AND NOT attributes:b', { a: '', b: '' }, false],
    ['attributes.a = "say \\"x\\""', { a: 'say "x"' }, true],
    ['  attributes:a\n', { a: '' }, true],
  ])('%s on %j gives %s', (filter, attributes, expected) => {
    if (expected === undefined) expect(() => compileFilter(filter)).toThrow(StatusError);
    else expect(passes(filter, attributes as Record<string, string>)).toBe(expected);
  });

  it.each([
    '',
    'attributes',
    'attributes:',
    'attributes.a',
    'attributes.a = b',
    'attributes.a < "b"',
    'attributes.a = "b" AND',
    'attributes:a attributes:b',
    'attributes:a AND attributes:b OR attributes:c',
    'attributes:a and attributes:b',
    '(attributes:a',
    'attributes:a)',
    'hasPrefix(attributes.a)',
    'hasPrefix(attributes:a, "b")',
    'attributes.a = "unfinished',
    'data:a',
    `attributes.a = "${'x'.repeat(256)}"`,
  ])('that reads %s is refused as INVALID_ARGUMENT', (filter) => {
    let thrown: unknown;
    try {
      compileFilter(filter);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'StatusError', code: 3 });
  });

  it('names what it expected and what it found', () => {
    expect(() => compileFilter('attributes.a = 5')).toThrow('cannot read it from character');
    expect(() => compileFilter('attributes.a = b')).toThrow('expected a string in double quotes, found b');
  });
});
