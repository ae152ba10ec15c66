import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_NAMES, findChromium } from '../browser/find-chromium';

const MAIN = resolve(__dirname, '../../apps/cli/src/main.js');
const GUIDE = resolve(__dirname, '../../../docs/guide');

const WIDE = { width: 1360, height: 860 };
const PHONE = { width: 390, height: 844 };

/** Of the demo: a symbol, and the close in the middle of the crash. */
const SYMBOL = '/symbols/%5EGSPC';
const CRASH = '2020-03-16';

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly scheme: 'light' | 'dark';
  readonly size: { readonly width: number; readonly height: number };
  /** What is there last, where that is no skeleton before. */
  readonly shows?: string;
}

const PICTURES: readonly Picture[] = [
  { name: 'overview', path: '/', scheme: 'light', size: { ...WIDE, height: 420 } },
  {
    name: 'forecast',
    path: `${SYMBOL}?origin=${CRASH}&indicators=rsi_14`,
    scheme: 'light',
    size: WIDE,
    shows: 'rsi_14',
  },
  { name: 'forecast-dark', path: `${SYMBOL}?origin=${CRASH}&past=1`, scheme: 'dark', size: WIDE },
  { name: 'performance', path: `${SYMBOL}?tab=performance`, scheme: 'light', size: { ...WIDE, height: 1080 } },
  { name: 'drift', path: `${SYMBOL}?tab=drift&session=${CRASH}`, scheme: 'dark', size: { ...WIDE, height: 1440 } },
  { name: 'models', path: `${SYMBOL}?tab=models`, scheme: 'light', size: { ...WIDE, height: 1000 } },
  { name: 'lineage', path: `${SYMBOL}?tab=lineage`, scheme: 'light', size: { ...WIDE, height: 730 } },
  { name: 'run', path: `/sessions/${CRASH}/%5EGSPC`, scheme: 'light', size: { ...WIDE, height: 960 } },
  { name: 'phone', path: `${SYMBOL}?origin=${CRASH}`, scheme: 'light', size: PHONE },
];

/** Takes the pictures of the guide from a replay of the demo's closes, in a home of its own. */
async function main(): Promise<void> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    throw new Error(`no Chromium is on the path, as ${CHROMIUM_NAMES.join(', ')}; CHROMIUM_PATH says where one is`);
  }
  const home = mkdtempSync(join(tmpdir(), 'closing-bell-screenshots-'));
  const env = {
    ...process.env,
    CLOSING_BELL_HOME: home,
    CLOSING_BELL_MARKET_DATA: 'sample:',
    CLOSING_BELL_SYMBOLS: '^GSPC',
    CLOSING_BELL_DASHBOARD_PORT: '0',
  };
  try {
    const [code] = (await once(spawn(process.execPath, [MAIN, 'demo'], { env, stdio: 'inherit' }), 'exit')) as [number];
    if (code !== 0) throw new Error(`the replay ended with ${code}`);
    const up = spawn(process.execPath, [MAIN, 'up'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise<void>((ready, reject) => {
        up.stdout.on('data', (text: Buffer) => {
          if (text.includes('Everything runs')) ready();
        });
        up.once('exit', (ended) => reject(new Error(`it ended with ${ended} before everything ran`)));
      });
      const { services } = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as {
        services: Record<string, string>;
      };
      await take(executablePath, services['monitor'] ?? '');
    } finally {
      if (up.exitCode === null) {
        const gone = once(up, 'exit');
        up.kill('SIGINT');
        await gone;
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function take(executablePath: string, origin: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const { name, path, scheme, size, shows } of PICTURES) {
      const context = await browser.newContext({ colorScheme: scheme, viewport: size, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(`${origin}${path}`);
      await page.locator('h1').waitFor();
      await page.getByText('live', { exact: true }).waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      if (shows !== undefined) await page.locator('.readout', { hasText: shows }).waitFor();
      // A canvas is drawn in the frame after its data has come.
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      await page.screenshot({ path: join(GUIDE, `dashboard-${name}.png`) });
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

void main();
