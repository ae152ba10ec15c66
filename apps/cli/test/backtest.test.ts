import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The real command, as built, on the built-in sample; no network is trained.
const MAIN = join(__dirname, '../../../dist/apps/cli/src/main.js');

interface Result {
  readonly evaluation: {
    readonly forecasts: number;
    readonly scores: readonly { readonly forecaster: string; readonly skillOverBaseline: number }[];
  };
}

describe('closing-bell backtest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...options: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, CLOSING_BELL_HOME: join(folder, 'home'), CLOSING_BELL_MARKET_DATA: 'sample:' };
      execFile(process.execPath, [MAIN, 'backtest', ...options], { env }, (error, output, errors) =>
        resolve({ code: Number(error?.code ?? 0), output: output + errors }),
      );
    });
  const span = ['--symbols', '^GSPC', '--from', '2011-06-30', '--to', '2011-12-30'];

  it('scores forecasters beside the baselines, as a table, sentences, JSON and a page', async () => {
    const [html, json] = [join(folder, 'report.html'), join(folder, 'result.json')];
    const { code, output } = await run(...span, '--forecasters', 'ewma-fhs,har-fhs', '--html', html, '--json', json);
    expect({ code, output }).toMatchObject({ code: 0 });
    const { evaluation } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const skill = (name: string): number =>
      evaluation.scores.find(({ forecaster }) => forecaster === name)?.skillOverBaseline ?? NaN;
    expect(evaluation.forecasts).toBe(128);
    expect(skill('har-fhs')).toBeGreaterThan(0);
    expect(output).toContain('Every forecaster was scored on the same 128 origins from 2011-06-30 to 2011-12-30');
    expect(output).toContain('rolling-quantile-250');
    expect(readFileSync(html, 'utf8')).toContain('har-fhs');
  });

  it.each([
    [['--forecasters', 'oracle'], '"oracle" is none of'],
    [['--seeds', '0'], 'a whole number'],
    [['--refit', 'hourly'], 'Allowed choices are yearly, quarterly, monthly, once'],
    [['--window', 'crash'], 'a day is written YYYY-MM-DD'],
    [['--from', '2012-01-03'], 'is after --to 2011-12-30'],
    [['--from', '2000-03-01', '--to', '2000-03-31'], 'Too short to fit har'],
    [['--symbols', 'NONE'], 'NONE'],
  ])('says in a line what is wrong with %j', async (options, expected) => {
    const { code, output } = await run(...span, '--forecasters', 'har-fhs', ...options);
    expect(code).toBe(1);
    expect(output).toContain(expected);
    expect(output).not.toContain('    at ');
  });
});
