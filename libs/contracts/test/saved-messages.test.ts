import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts, messageId, validate } from '../src';

interface SavedMessage {
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

const saved = JSON.parse(readFileSync(join(__dirname, 'fixtures/messages-v1.json'), 'utf8')) as SavedMessage[];

describe('messages saved when each version was new', () => {
  it('cover every kind', () => {
    expect(saved.map(({ type }) => type)).toEqual(contracts.map(({ type }) => type));
  });

  it.each(saved.map((message) => [message.type, message] as const))('%s is read, with the same id', (type, message) => {
    const contract = contracts.find((candidate) => candidate.type === type)!;
    const instance = validate(contract, message.data);
    expect(JSON.parse(JSON.stringify(instance))).toEqual(message.data);
    expect(messageId(contract, instance)).toBe(message.id);
  });
});
