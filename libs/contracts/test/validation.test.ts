import { ABSTENTION_CODES, contracts, forecastMade, PermanentError, validate } from '../src';
import { examples } from './examples';

type Name = keyof typeof examples;

function refusal(name: string, data: unknown): PermanentError {
  const contract = contracts.find((candidate) => candidate.name === name);
  if (!contract) throw new Error(`no contract ${name}`);
  try {
    validate(contract, data);
  } catch (error) {
    if (error instanceof PermanentError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('validate', () => {
  it.each(contracts.map((contract) => [contract.name, contract] as const))(
    'accepts a valid %s and gives an instance of its class',
    (name, contract) => {
      const instance = validate(contract, JSON.parse(JSON.stringify(examples[name as Name])));
      expect(instance).toBeInstanceOf(contract.payload);
      expect(JSON.parse(JSON.stringify(instance))).toEqual(examples[name as Name]);
    },
  );

  it('drops members that the contract does not know, so that a newer publisher may add some', () => {
    const contract = contracts.find(({ name }) => name === 'ingestion-requested')!;
    expect(validate(contract, { ...examples['ingestion-requested'], added: 1 })).not.toHaveProperty('added');
  });

  it.each<[Name, string, unknown]>([
    ['market-closed', 'exchange', 'nyse'],
    ['market-closed', 'session', '2020-02-30'],
    ['market-closed', 'session', '16.03.2020'],
    ['market-closed', 'symbols', ['../../etc/passwd']],
    ['market-closed', 'symbols', []],
    ['market-closed', 'symbols', ['AAPL', 'AAPL']],
    ['ingestion-requested', 'symbol', 'aapl; rm -rf'],
    ['ingestion-requested', 'forceRetrain', 'yes'],
    ['bars-ingested', 'bars', undefined],
    ['bars-ingested', 'rows', 0],
    ['bars-ingested', 'rows', 1.5],
    ['features-computed', 'featureSetHash', 'A'.repeat(64)],
    ['model-ready', 'decision', 'maybe'],
    ['model-ready', 'reasons', []],
    ['forecast-made', 'forecast', undefined],
    ['drift-detected', 'columns', []],
  ])('refuses a %s whose %s is %j, naming the field', (name, field, value) => {
    const error = refusal(name, { ...examples[name], [field]: value });
    expect(error.reason).toBe('invalid-payload');
    expect(error.message).toContain(`${field}: `);
  });

  it('names a nested field by its path and the rule it broke', () => {
    const data = { ...examples['bars-ingested'], bars: { uri: 'file:///x', sha256: 'short' } };
    expect(refusal('bars-ingested', data).message).toBe(
      'closing-bell.bars-ingested.v1: bars.sha256: sha256 must be a SHA-256 in lower-case hexadecimal (matches)',
    );
  });

  it('refuses a nested member that is no object', () => {
    expect(refusal('bars-ingested', { ...examples['bars-ingested'], bars: 'file:///x' }).reason).toBe(
      'invalid-payload',
    );
  });

  it('asks for the reason when the forecaster abstained', () => {
    const { forecast: _, ...rest } = examples['forecast-made'];
    expect(refusal('forecast-made', { ...rest, outcome: 'abstained' }).message).toContain('abstention: ');
  });

  it.each(ABSTENTION_CODES)('knows the reason %s for an abstention', (abstentionCode) => {
    const { forecast: _, ...rest } = examples['forecast-made'];
    const abstained = { ...rest, outcome: 'abstained', abstention: 'The bars are stale.', abstentionCode };
    expect(validate(forecastMade, abstained)).toEqual(abstained);
  });

  it('refuses a reason for an abstention that it does not know, naming those that it does', () => {
    const { forecast: _, ...rest } = examples['forecast-made'];
    const abstained = { ...rest, outcome: 'abstained', abstention: 'It rained.', abstentionCode: 'rain' };
    expect(refusal('forecast-made', abstained).message).toContain(
      'abstentionCode must be one of the following values: too-short, incomplete-features, no-volatility, stale-bars, out-of-domain',
    );
  });

  it('reads an abstention of release 0.1, which gave a sentence alone', () => {
    const { forecast: _, ...rest } = examples['forecast-made'];
    const abstained = { ...rest, outcome: 'abstained', abstention: 'The history is too short.' };
    expect(validate(forecastMade, abstained)).toEqual(abstained);
  });

  it.each([null, 1, 'text', [], [examples['market-closed']]])('refuses %j, which is no object', (data) => {
    expect(refusal('market-closed', data).message).toContain('must be a JSON object');
  });
});
