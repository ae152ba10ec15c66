import { evaluate } from '../../src/evaluation/evaluate';
import { backtestReport } from '../../src/report/backtest-report';
import { backtestResult } from '../../src/report/backtest-result';
import { panelBacktest, range, subjectOf } from '../fixtures/backtests';
import { constantForecaster } from '../fixtures/forecasters';
import { historyOf, noiseHistory } from '../fixtures/histories';
import { type Element, readPage } from '../fixtures/markup-check';

const sectionsOf = (elements: readonly Element[]): (string | undefined)[] =>
  elements.filter(({ name }) => name === 'section').map(({ attributes }) => attributes['aria-labelledby']);

describe('the report of a backtest', () => {
  it('has every section, on well-formed markup with ids that are used once', async () => {
    const elements = readPage(backtestReport(await panelBacktest()));
    expect(sectionsOf(elements)).toEqual([
      'findings',
      'scores',
      'points',
      'horizons',
      'coverage',
      'window',
      'calibration',
      'fans',
      'years',
      'symbols',
      'seeds',
      'abstentions',
      'protocol',
      'constants',
    ]);
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const referred = elements.flatMap(({ attributes }) => attributes['aria-labelledby']?.split(' ') ?? []);
    expect(referred.filter((id) => !ids.includes(id))).toEqual([]);
    // Two by horizon, coverage over time, three PIT, five fans, years, symbols.
    expect(elements.filter(({ attributes }) => attributes['role'] === 'img')).toHaveLength(13);
  });

  it('needs nothing from outside and runs no script', async () => {
    const page = backtestReport(await panelBacktest());
    const elements = readPage(page);
    expect(elements.filter(({ name }) => ['script', 'link', 'img', 'iframe', 'image', 'use'].includes(name))).toEqual(
      [],
    );
    expect(
      elements
        .flatMap(({ attributes }) => Object.keys(attributes))
        .filter((name) => /^(src|href|style|on.*)$/.test(name)),
    ).toEqual([]);
    expect(page).not.toMatch(/@import|url\(|https?:/);
  });

  it('escapes names of symbols and what the caller says', async () => {
    const page = backtestReport(await panelBacktest());
    expect(page).toContain('Backtest: Noise &amp; &lt;nothing&gt;');
    expect(page).toContain('&lt;C&gt; &amp; &quot;D&quot; ');
    expect(page).toContain('every session; &lt; 1 minute');
    expect(page).not.toContain('<C>');
  });

  it('shows numbers where there are some and a dash where there are none', async () => {
    const page = backtestReport(await panelBacktest());
    expect(page).not.toMatch(/undefined|NaN|Infinity|null/);
    expect(page).toContain('<td>–</td>');
  });

  it('gives every cell of a table a row and a column that are named', async () => {
    const elements = readPage(backtestReport(await panelBacktest()));
    const headers = elements.filter(({ name }) => name === 'th');
    expect(headers.length).toBeGreaterThan(100);
    for (const { attributes } of headers) expect(attributes['scope']).toMatch(/^(col|colgroup|row|rowgroup)$/);
    expect(elements.filter(({ name }) => name === 'table')).toHaveLength(
      elements.filter(({ name }) => name === 'caption').length,
    );
  });

  it('puts the baselines’ numbers beside those of the headline', async () => {
    const result = await panelBacktest();
    const { naive, baseline, scores } = result.evaluation;
    const numbers = [scores[1], baseline, naive].map((one) => `<td>${(100 * (one?.crps ?? NaN)).toFixed(4)}</td>`);
    expect(backtestReport(result)).toContain(`<th scope="row">truth#2</th>${numbers.join('')}`);
  });

  it('leaves out what one symbol, one year and one seed do not have, and says what is too short', async () => {
    const scored = await evaluate(
      [constantForecaster('truth', 0.01)],
      [{ symbol: 'A', history: noiseHistory(400, 1), origins: range(300, 30) }],
    );
    const page = backtestReport(backtestResult(scored, subjectOf('truth')));
    expect(sectionsOf(readPage(page))).toEqual([
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
    expect(page).toContain('Fewer than 64 sessions were scored');
    expect(page).toContain('Nobody abstained.');
    expect(page).not.toMatch(/undefined|NaN|Infinity|null/);
  });

  it('can be about a baseline, and about one origin of a price that stood still', async () => {
    const history = historyOf(new Array<number>(300).fill(100));
    const scored = await evaluate([], [{ symbol: 'A', history, origins: [280] }]);
    const page = backtestReport(backtestResult(scored, subjectOf('naive')));
    readPage(page);
    expect(page).not.toMatch(/undefined|NaN|Infinity|null/);
  });
});
