import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { System } from '../../apps/cli/test/system';
import type {
  DriftHistory,
  Fan,
  Lineage,
  Models,
  Performance,
  SessionRun,
  Sessions,
  Universe,
} from '../../apps/monitor/src/api/answers';
import { describeOnChromium } from '../../tools/browser/test/describe-on-chromium';
import { count, day, number, percent, price, roughPrice, signedPercent } from '../src/format';
import { Offences, seriousFindings, settled, sidewaysOverflow } from './watched-page';

const SYMBOL = '^GSPC';
const ENCODED = encodeURIComponent(SYMBOL);
const FROM = '2020-02-24';
const TO = '2020-03-16';
const NEXT = '2020-03-17';
const TOKEN = 'a-token-of-these-tests';
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const VIEWS = [
  '/',
  `/symbols/${ENCODED}?origin=2020-03-02&past=1&indicators=rsi_14`,
  `/symbols/${ENCODED}?tab=performance`,
  `/symbols/${ENCODED}?tab=drift`,
  `/symbols/${ENCODED}?tab=models`,
  `/symbols/${ENCODED}?tab=lineage`,
  '/sessions',
  `/sessions/${TO}`,
  `/sessions/${TO}/${ENCODED}`,
  '/dead-letters',
  '/actions',
  '/no-such-page',
];

describeOnChromium('the dashboard', (browser) => {
  const home = mkdtempSync(join(tmpdir(), 'closing-bell-dashboard-'));
  let system: System;
  let origin: string;
  let offences: Offences;

  beforeAll(async () => {
    system = new System(home, {
      CLOSING_BELL_MARKET_DATA: 'sample:',
      CLOSING_BELL_SYMBOLS: SYMBOL,
      CLOSING_BELL_DASHBOARD_PORT: '0',
      CLOSING_BELL_API_TOKEN: TOKEN,
      CLOSING_BELL_LSTM_EPOCHS: '2',
    });
    await system.start();
    origin = system.addresses().services['monitor'] ?? '';
    offences = new Offences(origin);
    const { code, output } = await system.run('replay', '--from', FROM, '--to', TO);
    if (code !== 0) throw new Error(output);
  }, 600_000);

  afterAll(async () => {
    await system?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${origin}/api/${path}`)).json()) as T;

  async function open(path: string, look: Parameters<typeof browser.open>[0] = {}, expected?: RegExp): Promise<Page> {
    const page = await browser.open({ viewport: { width: 1440, height: 900 }, ...look });
    offences.watch(page, expected);
    await page.goto(`${origin}${path}`);
    return page;
  }

  async function show(path: string, look: Parameters<typeof browser.open>[0] = {}): Promise<Page> {
    const page = await open(path, look);
    await settled(page);
    return page;
  }

  describe('shows', () => {
    it('on its first page each symbol’s close, forecast, interval, coverage and skill as the API has them', async () => {
      const [row] = (await ask<Universe>('universe')).rows;
      if (!row?.forecast || !row.performance) throw new Error('a row with a forecast that was judged was expected');
      const { close, forecast, performance } = row;
      const page = await show('/');
      const cells = await page.getByRole('row').nth(1).getByRole('cell').allTextContents();
      expect(cells).toEqual([
        SYMBOL,
        price(close),
        signedPercent(row.change, 2),
        '',
        `${price(forecast.point)} ${signedPercent(forecast.point / close - 1)}`,
        `${signedPercent(forecast.p05 / close - 1)}${signedPercent(forecast.p95 / close - 1)}`,
        `${percent(performance.coverage90)}${percent(0.9, 0)}`,
        `${signedPercent(performance.skill)}0`,
        expect.stringContaining('done'),
      ]);
      expect(await page.title()).toBe('Closing Bell');
      await page.getByRole('link', { name: SYMBOL }).click();
      await page.getByRole('heading', { name: SYMBOL, level: 1 }).waitFor();
    });

    it('the forecast from one session beside what happened, as numbers and in the words of its chart', async () => {
      const fan = await ask<Fan>(`symbols/${ENCODED}/forecast?origin=2020-02-28`);
      const page = await show(`/symbols/${ENCODED}?origin=2020-02-28`);
      const table = page.getByRole('table', { name: 'Forecast from 28 Feb 2020' });
      const rows = await table.locator('tbody tr').allTextContents();
      expect(rows).toHaveLength(10);
      fan.points.forEach(({ horizon, point, p05, p95, actualClose, inside90 }, index) => {
        expect(rows[index]).toContain(`+${horizon} `);
        expect(rows[index]).toContain(price(point));
        expect(rows[index]).toContain(`${roughPrice(p05)} … ${roughPrice(p95)}`);
        expect(rows[index]).toContain(price(actualClose));
        expect(rows[index]).toContain(inside90 ? 'inside' : 'outside');
      });
      const last = fan.points.at(-1);
      const chart = page.getByRole('img', { name: `a median of ${price(last?.point)}` });
      expect(await chart.locator('canvas').count()).toBeGreaterThan(0);
      expect(await page.title()).toBe(`${SYMBOL} forecast · Closing Bell`);
    });

    it('how forecasts of each horizon fared, each number beside its baseline, and estimates labelled so', async () => {
      const { horizons, expected } = await ask<Performance>(`symbols/${ENCODED}/performance?horizon=10&window=20`);
      const page = await show(`/symbols/${ENCODED}?tab=performance`);
      const table = page.getByRole('table', { name: 'By horizon' });
      const rows = await table.locator('tbody tr').allTextContents();
      for (const { horizon, forecasts, crps, naiveCrps, skill, mae, naiveMae, coverage90 } of horizons) {
        const waiting = expected.find((one) => one.horizon === horizon);
        const row = rows[horizon - 1] ?? '';
        expect(row).toContain(
          `${count(forecasts)}${percent(coverage90)} ${percent(0.9, 0)}${number(crps)} ${number(naiveCrps)}`,
        );
        expect(row).toContain(
          `${signedPercent(skill)} 0${number(mae)} ${number(naiveMae)}${count(waiting?.forecasts)}`,
        );
        expect(row).toContain(number(waiting?.expectedCrps));
      }
      expect(await table.locator('thead').textContent()).toContain('Expected CRPS estimate');
      expect(await page.getByRole('img', { name: /^Coverage of the 90 % interval.*beside 90 %\.$/ }).count()).toBe(1);
    });

    it('every alarm with what came of it, and that Evidently’s rule never makes one', async () => {
      const { scores, alarms } = await ask<DriftHistory>(`symbols/${ENCODED}/drift`);
      const alarmed = [...new Set(scores.filter((score) => score.alarmed).map(({ session }) => session))];
      expect(alarmed.length).toBeGreaterThan(5);
      const page = await show(`/symbols/${ENCODED}?tab=drift`);
      await page.getByRole('button', { name: `All ${alarmed.length} alarms` }).click();
      const rows = page.getByRole('table', { name: 'Alarms' }).locator('tbody tr');
      expect(await rows.count()).toBe(alarmed.length);
      expect(await rows.first().textContent()).toContain(`version ${alarms[0]?.modelVersion}`);
      expect(await page.getByText('Evidently’s default rule: shown, never alarms').count()).toBe(1);
      const earlier = alarmed.at(-1) ?? '';
      await page.getByRole('button', { name: day(earlier), exact: true }).click();
      await settled(page);
      expect(new URL(page.url()).searchParams.get('session')).toBe(earlier);
      expect(await page.getByRole('img', { name: /distribution over 10 sessions/ }).count()).toBe(2);
    });

    it('versions, decisions with their reasons, and the rules and scores of one', async () => {
      const { versions, decisions } = await ask<Models>(`symbols/${ENCODED}/models?trained=true`);
      const page = await show(`/symbols/${ENCODED}?tab=models`);
      expect(await page.getByRole('table', { name: 'Versions' }).locator('tbody tr').count()).toBe(versions.length);
      const entries = page.locator('.timeline > li');
      expect(await entries.count()).toBe(decisions.length);
      expect(await entries.first().textContent()).toContain(decisions[0]?.reasons[0]?.detail);
      await entries.first().locator('summary').click();
      const scores = page.getByRole('table', { name: 'Scores on the same origins' });
      expect(await scores.getByRole('row', { name: /^naive/ }).textContent()).toContain('100.0\u202f%');
    });

    it('what a forecast was made from, down to bars and code, with hashes to copy', async () => {
      const { nodes } = await ask<Lineage>(`symbols/${ENCODED}/lineage?origin=2020-02-28&horizon=3`);
      const page = await show(`/symbols/${ENCODED}?tab=lineage&origin=2020-02-28&horizon=3`);
      const graph = page.getByRole('group', { name: 'What the forecast was made from' });
      expect(await graph.getByRole('button').count()).toBe(nodes.length);
      const bars = nodes.find(({ kind }) => kind === 'bars');
      await graph
        .getByRole('button', { name: `bars ${bars?.title}` })
        .first()
        .click();
      expect(await page.getByRole('region', { name: 'Details' }).textContent()).toContain(bars?.sha256);
    });

    it('the sessions, the runs of one and the steps of a run', async () => {
      const { sessions } = await ask<Sessions>('sessions?limit=100');
      const page = await show('/sessions');
      expect(await page.locator('tbody tr').count()).toBe(sessions.length);
      await page.getByRole('link', { name: day(TO) }).click();
      await page.waitForURL(`**/sessions/${TO}`);
      const { runs } = await ask<SessionRun>(`sessions/${TO}`);
      expect(await page.getByRole('row').nth(1).textContent()).toContain(runs[0]?.step);
      await page.getByRole('link', { name: SYMBOL }).click();
      const graph = page.getByRole('group', { name: 'Steps of the cascade' });
      await graph.getByRole('button', { name: /^fetch bars ingestor done/ }).click();
      const step = page.getByRole('region', { name: 'Step' });
      expect(await step.textContent()).toContain('ingestor.ingestion-requested');
      expect(await page.title()).toBe(`${SYMBOL} at ${day(TO)} · Closing Bell`);
    });
  });

  describe('by keyboard', () => {
    it('finds a symbol, steps through the origins of its forecasts and lists its keys', async () => {
      const page = await show('/');
      await page.keyboard.press('/');
      await page.keyboard.type('gsp');
      await page.getByRole('option', { name: SYMBOL }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.origin-title', { hasText: `Forecast from ${day(TO)}` }).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.locator('.origin-title', { hasText: 'Forecast from 13 Mar 2020' }).waitFor();
      expect(new URL(page.url()).searchParams.get('origin')).toBe('2020-03-13');
      await page.keyboard.press('Home');
      await page.locator('.origin-title', { hasText: `Forecast from ${day(FROM)}` }).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    it('reaches the content first, and every control of a row of the table', async () => {
      const page = await show('/');
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').textContent()).toBe('To the content');
      const reached: string[] = [];
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        reached.push(
          (await page
            .locator(':focus')
            .textContent({ timeout: 1000 })
            .catch(() => null)) ?? '',
        );
      }
      for (const wanted of ['Overview', 'Actions', 'Symbol', 'Skill', SYMBOL]) expect(reached).toContain(wanted);
    });
  });

  describe('looks', () => {
    it.each(VIEWS)('right at the width of a phone: %s', async (path) => {
      const page = await show(path, { viewport: { width: 390, height: 844 } });
      expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0);
    });

    it.each(['light', 'dark'] as const)('accessible in the %s theme, by axe', async (colorScheme) => {
      const page = await browser.open({ colorScheme, viewport: { width: 1440, height: 900 } });
      offences.watch(page, /404/);
      const findings: Record<string, string[]> = {};
      for (const path of VIEWS) {
        await page.goto(`${origin}${path}`);
        await settled(page);
        const found = await seriousFindings(page, AXE);
        if (found.length > 0) findings[path] = found;
      }
      expect(findings).toEqual({});
    });

    it('as somebody chose, also after a reload', async () => {
      const page = await show('/', { colorScheme: 'light' });
      const background = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const light = await background();
      await page.getByRole('button', { name: 'Use the dark theme' }).click();
      const dark = await background();
      expect(dark).not.toBe(light);
      await page.reload();
      await settled(page);
      expect(await background()).toBe(dark);
    });
  });

  describe('when things are not as they should be', () => {
    it('says how to begin where no close was seen', async () => {
      const page = await browser.open();
      await page.route('**/api/universe', (route) => route.fulfill({ json: { session: null, rows: [] } }));
      await page.goto(`${origin}/`);
      await page.getByText('npx closing-bell replay --from').waitFor();
    });

    it('says what happened and asks again on demand', async () => {
      const page = await browser.open();
      await page.route('**/api/universe', (route) =>
        route.fulfill({ status: 503, json: { message: 'nothing can be read just now' } }),
      );
      await page.goto(`${origin}/`);
      await page.getByText('nothing can be read just now').waitFor();
      await page.unroute('**/api/universe');
      await page.getByRole('button', { name: 'Ask again' }).click();
      await page.getByRole('row').nth(1).waitFor();
    });

    it('says of an unknown symbol and an unknown address that there is nothing', async () => {
      const page = await open('/symbols/NOPE', {}, /404/);
      await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
      await page.goto(`${origin}/nowhere`);
      await page.getByRole('heading', { name: 'No such page' }).waitFor();
    });
  });

  describe('as things happen', () => {
    it('shows a close that is replayed without being loaded again', async () => {
      const page = await show('/sessions');
      await page.getByText('live', { exact: true }).waitFor();
      await page.evaluate(() => Object.assign(window, { neverLoadedAgain: true }));
      const { code, output } = await system.run('replay', '--from', NEXT, '--to', NEXT);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      await page.getByRole('link', { name: day(NEXT) }).waitFor({ timeout: 20_000 });
      expect(await page.evaluate(() => 'neverLoadedAgain' in window)).toBe(true);
    }, 180_000);

    it('replays a close with the token alone, shows the dead letter that comes of it and sends it again', async () => {
      const page = await open('/sessions', {}, /401/);
      await page.getByRole('button', { name: 'Replay' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Session').fill(NEXT);
      await dialog.getByLabel('Symbols').fill('NOPE');
      await dialog.getByLabel('Token').fill('not-the-token-of-these-tests');
      await dialog.getByRole('button', { name: 'Replay' }).click();
      await dialog.getByRole('alert').waitFor();
      await dialog.getByLabel('Token').fill(TOKEN);
      await dialog.getByRole('button', { name: 'Replay' }).click();
      await dialog.getByText('The close was published.').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();

      await page.getByRole('link', { name: /^Dead letters \d/ }).click({ timeout: 30_000 });
      await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
      const letter = page.getByRole('row', { name: /NOPE/ });
      await letter.getByRole('link').click();
      await page.getByRole('button', { name: 'Send again' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
      await page.getByText('The message was published to its topic again.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

      await page.getByRole('link', { name: 'Actions' }).click();
      await page.getByRole('cell', { name: 'redrive' }).waitFor();
      expect(await page.getByRole('cell', { name: 'replay', exact: true }).count()).toBe(1);
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
    }, 120_000);
  });

  it('makes no error on the way, and no request to anywhere but the monitor', () => {
    expect(offences.found).toEqual([]);
  });
});
