import { type Page } from 'playwright-core';

/** What must never be: an error on the page or a request to anywhere but the monitor. */
export class Offences {
  readonly found: string[] = [];

  constructor(private readonly origin: string) {}

  /** expected: errors that a test brings about itself, as by failing a request. */
  watch(page: Page, expected?: RegExp): void {
    page.on('pageerror', (error) => this.found.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected?.test(message.text())) this.found.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${this.origin}/`)) this.found.push(`request: ${request.url()}`);
    });
  }
}

/** Serious and critical findings of axe, each with where it is. */
export async function seriousFindings(page: Page, axe: string): Promise<string[]> {
  // Through the browser's protocol, which the page's content security policy does not bind.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Finding {
      readonly id: string;
      readonly impact: string | null;
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
    }
    const { axe: loaded } = globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
    const { violations } = await loaded.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
  });
}

/** By how many pixels a page is wider than its window. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Until all that the page waits for is there. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
}
