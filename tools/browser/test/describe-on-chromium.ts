import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM_NAMES, findChromium } from '../find-chromium';

/** No name but this machine's is looked up: a page that asks for anything else gets nothing. */
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1';

/** A real browser for the tests of a file. */
export interface RealBrowser {
  /** An empty page in a session of its own, closed after the test file. */
  open(look?: BrowserContextOptions): Promise<Page>;
}

/**
 * Describes tests that look at pages in a headless Chromium: `CHROMIUM_PATH` or the one on the path. They are skipped where there is none,
 * unless `CLOSING_BELL_REQUIRE_CHROMIUM=1`.
 */
export function describeOnChromium(name: string, tests: (browser: RealBrowser) => void): void {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    const given = process.env['CHROMIUM_PATH'];
    const missing = given
      ? `CHROMIUM_PATH is ${given}, which cannot be run.`
      : `there is no Chromium on the path, as ${CHROMIUM_NAMES.join(', ')}. CHROMIUM_PATH says where one is.`;
    if (process.env['CLOSING_BELL_REQUIRE_CHROMIUM'] === '1') throw new Error(missing);
    // Not by the console, which Jest does not show of a file that is skipped whole while others run.
    process.stderr.write(`Skipped: no page is looked at in a browser, for ${missing}\n`);
    describe.skip(name, () => tests({ open: () => Promise.reject(new Error(missing)) }));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', OFFLINE] });
    });
    afterAll(() => browser?.close());

    tests({
      open: async (look) => {
        if (!browser) throw new Error('the browser is opened before the tests, not before they are described');
        return (await browser.newContext(look)).newPage();
      },
    });
  });
}
