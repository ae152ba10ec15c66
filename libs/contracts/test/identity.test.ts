import { barsIngested, contracts, ingestionRequested, messageId } from '../src';
import { examples } from './examples';

describe('messageId', () => {
  it('is the same whenever the same is said, whatever the order of the fields', () => {
    const data = examples['bars-ingested'];
    const reordered = Object.fromEntries(Object.entries(data).reverse()) as unknown as typeof data;
    expect(messageId(barsIngested, reordered)).toBe(messageId(barsIngested, data));
  });

  it('differs when anything that is said differs', () => {
    const data = examples['ingestion-requested'];
    const ids = [
      data,
      { ...data, symbol: 'AAPL' },
      { ...data, session: '2020-03-17' },
      { ...data, forceRetrain: true },
    ].map((said) => messageId(ingestionRequested, said));
    expect(new Set(ids).size).toBe(4);
  });

  it('differs between kinds of message that say the same', () => {
    const ids = contracts.map((contract) => messageId(contract, { same: 1 }));
    expect(new Set(ids).size).toBe(contracts.length);
  });
});
