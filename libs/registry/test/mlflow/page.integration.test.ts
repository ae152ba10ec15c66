import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { describeOnChromium } from '../../../../tools/browser/test/describe-on-chromium';
import { describeOnMlflow, ledgerOn } from './real-mlflow';
import { seedTrainings } from './seeded-trainings';

const GUIDE = join(__dirname, '../../../../docs/guide');
const WIDTH = 1440;
/** A picture of a guide is to load at once. */
const LARGEST_PICTURE = 300_000;

/** Scores that a reader of the runs compares; of the columns that the page shows by itself, these are taken away. */
const SHOWN = ['crps', 'champion.crps', 'har-fhs.crps', 'skillOverBaseline', 'coverage90', 'closing-bell.decision'];
const HIDDEN = ['Dataset', 'Source'];

describeOnMlflow('the pages of a real MLflow server', (mlflow) => {
  describeOnChromium('in a browser', (browser) => {
    let page: Page;
    beforeAll(async () => {
      await seedTrainings(mlflow.url, Date.now());
      page = await browser.open({ viewport: { width: WIDTH, height: 1200 } });
      // The page opens a chat beside itself at the first visit.
      await page.addInitScript(`localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
        localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false');`);
    });

    /** Opens one of MLflow's pages as it is for the training of models. */
    const visit = (path: string): Promise<unknown> => page.goto(`${mlflow.url}/#${path}?workflowType=machine_learning`);

    it('list a run for each training, with its scores beside champion’s and HAR’s, and its decision', async () => {
      const experiment = await ledgerOn(mlflow.url).ensureExperiment('closing-bell');
      await visit(`/experiments/${experiment}/runs`);
      for (const session of ['2019-06-03', '2019-09-03', '2019-12-02', '2020-03-16 drift-detected']) {
        await page.getByRole('link', { name: `^GSPC ${session}`, exact: true }).waitFor();
      }
      await page.getByRole('button', { name: 'Toggle sidebar' }).click();
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      for (const column of [...HIDDEN, ...SHOWN]) {
        await page.getByTestId('column-selector-tree').getByTitle(column, { exact: true }).click();
      }
      await page.keyboard.press('Escape');
      for (const column of SHOWN) await page.getByRole('columnheader', { name: column, exact: true }).first().waitFor();
      await page.getByText('rejected', { exact: true }).waitFor();
      await picture('mlflow-runs.png', 480);
    });

    it('show which version of a symbol’s model is the champion', async () => {
      await visit('/models/%5EGSPC');
      const row = page.getByRole('row').filter({ hasText: 'champion' });
      await row.getByRole('link', { name: 'Version 3' }).waitFor();
      await row.getByText('2019-12-02').first().waitFor();
      await page.getByRole('row').filter({ hasText: 'challenger' }).getByRole('link', { name: 'Version 4' }).waitFor();
      await picture('mlflow-champion.png', 690);
    });

    /** Takes a picture of the page; `WRITE_GUIDE_PICTURES=1` puts it into the guide. */
    async function picture(name: string, height: number): Promise<void> {
      await page.setViewportSize({ width: WIDTH, height });
      await page.mouse.move(0, 0);
      await page.evaluate('document.activeElement.blur()');
      const bytes = await page.screenshot({ animations: 'disabled' });
      expect(bytes.length).toBeLessThan(LARGEST_PICTURE);
      if (process.env['WRITE_GUIDE_PICTURES'] === '1') writeFileSync(join(GUIDE, name), bytes);
    }
  });
});
