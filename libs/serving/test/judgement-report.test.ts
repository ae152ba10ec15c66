import { readPage } from '../../forecasting/test/fixtures/markup-check';
import { describeOnChromium } from '../../../tools/browser/test/describe-on-chromium';
import { type Challenge, challenge } from '../src/challenge';
import { judgementReport } from '../src/judgement-report';
import { market, question, sessionAt, smallTraining } from './fixtures/small-services';

const SESSION = sessionAt(899);
let made: Challenge;

async function challenged(champion?: Challenge['challenger']): Promise<Challenge> {
  const { training } = await smallTraining({ epochs: 3 });
  return challenge({
    symbol: '^GSPC',
    history: market(900),
    champion,
    training,
    searchTrials: 0,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

function reportOf(changes: Partial<Challenge> = {}, about = made): string | undefined {
  return judgementReport({
    question: question(899),
    reasons: [{ code: 'age', detail: 'It is <old>: 90 % of its life is over.' }],
    made: { ...about, ...changes },
  });
}

beforeAll(async () => {
  made = await challenged((await challenged()).challenger);
});

describe('the page of a judgement', () => {
  it('has the verdict, the training and everything that a backtest’s report draws', () => {
    const elements = readPage(reportOf() ?? '');
    expect(
      elements.filter(({ name }) => name === 'section').map(({ attributes }) => attributes['aria-labelledby']),
    ).toEqual([
      'verdict',
      'training',
      'findings',
      'scores',
      'points',
      'horizons',
      'coverage',
      'calibration',
      'fans',
      'years',
      'abstentions',
      'protocol',
      'constants',
    ]);
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    // Losses, two by horizon, coverage over time, three PIT, five fans, years.
    expect(elements.filter(({ attributes }) => attributes['role'] === 'img')).toHaveLength(13);
  });

  it.each([
    ['promoted', 'challenger promoted'],
    ['rejected', 'challenger rejected'],
    ['baseline', 'challenger not fit, a baseline serves'],
  ] as const)('is titled by symbol, session and verdict: %s', (decision, words) => {
    const page = reportOf({ verdict: { ...made.verdict, decision } });
    expect(page).toContain(`<title>^GSPC, close of ${SESSION}: ${words}</title>`);
  });

  it('tells the reasons, and each rule of the gate for each candidate', () => {
    const page = reportOf() ?? '';
    expect(page).toContain('<code>age</code> It is &lt;old&gt;: 90\u00a0% of its life is over.');
    expect(page.match(/<th scope="row">coverage-in-band<\/th><td>(yes|no)<\/td>/g)).toHaveLength(2);
    for (const role of ['challenger', 'champion']) expect(page).toContain(`<th scope="rowgroup" colspan="4">${role}<`);
  });

  it('says what was learnt, what was judged and what it is compared with, and nothing of seeds and refits', () => {
    const page = reportOf() ?? '';
    const { sessions } = made.scored ?? { sessions: [] };
    expect(page).toContain(`252, from ${sessions[0]} to ${sessions.at(-1)}`);
    expect(page).toContain(`sessions up to ${made.trainedUntil}, `);
    expect(page).toContain('skill over har-fhs');
    expect(page).toContain('the version that served until then, as it was');
    expect(page).not.toMatch(/undefined|NaN|Infinity|null|Refits|Seeds/);
  });

  it('says nothing of a champion where there is none', async () => {
    const page = reportOf({}, await challenged());
    expect(page).not.toContain('until then, as it was');
    expect(page).not.toContain('>champion<');
  });

  it('is the same to the byte for the same judgement', async () => {
    expect(reportOf({}, await challenged((await challenged()).challenger))).toBe(reportOf());
  });

  it('is small: one is kept with every version', () => {
    expect(Buffer.byteLength(reportOf() ?? '')).toBeLessThan(150_000);
  });

  it('is none where the challenger was not scored', () => {
    const { scored } = made;
    expect(reportOf({ scored: undefined })).toBeUndefined();
    expect(reportOf({ scored: scored && { ...scored, rows: 0 } })).toBeUndefined();
    const field = scored?.field.filter(({ forecaster }) => forecaster !== 'challenger') ?? [];
    expect(reportOf({ scored: scored && { ...scored, field } })).toBeUndefined();
  });
});

describeOnChromium('the page of a judgement in a browser', (browser) => {
  it.each([
    ['a desk', 1280, 'light'],
    ['a phone', 360, 'dark'],
  ] as const)('fits %s, asks for nothing and reports no error', async (_, width, colorScheme) => {
    const page = await browser.open({ viewport: { width, height: 800 }, colorScheme });
    const heard: string[] = [];
    page.on('console', (message) => heard.push(message.text()));
    page.on('request', (request) => heard.push(request.url()));
    await page.setContent(reportOf() ?? '');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.getByText('Loss by epoch', { exact: true }).first().isVisible()).toBe(true);
    expect(heard).toEqual([]);
  });
});
