import { type Challenge, challenge } from '../src/challenge';
import { modelCard } from '../src/model-card';
import { market, question, smallTraining } from './fixtures/small-services';

describe('a model card', () => {
  let made: Challenge;
  beforeAll(async () => {
    const { training } = await smallTraining();
    made = await challenge({
      symbol: '^GSPC',
      history: market(900),
      champion: undefined,
      training,
      searchTrials: 0,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  });

  const cardOf = (changes: Partial<Challenge> = {}): string => {
    if (!made.challenger) throw new Error('there is no challenger');
    return modelCard({
      question: question(899),
      reasons: [{ code: 'no-champion', detail: 'No model serves.' }],
      challenger: made.challenger,
      made: { ...made, ...changes },
    });
  };

  it('tells data, span, features, scores beside the baselines, coverage, gate and limits', () => {
    const card = cardOf();
    const [origin = ''] = made.evaluation?.origins ?? [];
    for (const part of [
      '# ^GSPC: blend of ',
      '`no-champion` No model serves.',
      'a'.repeat(64),
      `to ${made.trainedUntil}; nothing later`,
      `252 origins, ${origin} to `,
      '`a`, `b`',
      '| units | 6 |',
      '| challenger | ',
      '| rolling-quantile-250 | ',
      '| naive | ',
      '| challenger | coverage-in-band | ',
      '## Limits',
    ]) {
      expect(card).toContain(part);
    }
    // Ten horizons, each a row.
    for (let horizon = 1; horizon <= 10; horizon++) expect(card).toContain(`\n| ${horizon} | `);
  });

  it('says the skill that was measured', () => {
    const own = made.evaluation?.scores.find(({ forecaster }) => forecaster === 'challenger');
    expect(cardOf()).toContain(`| ${(100 * (own?.skillOverBaseline ?? NaN)).toFixed(1)} % |`);
  });

  it('says plainly when a model was not promoted, or nothing could be scored', () => {
    expect(cardOf({ verdict: { ...made.verdict, decision: 'rejected' } })).toContain('**not promoted**');
    expect(cardOf({ evaluation: undefined })).toContain('nothing: no origin could be scored');
  });

  it('is the same again', () => {
    expect(cardOf()).toBe(cardOf());
  });
});
