import { views } from '@closing-bell/warehouse';
import { loadConfig } from '@closing-bell/platform';
import { Writable } from 'node:stream';
import { blankLinks, templateLink } from '../src/commands/looker';
import { program } from '../src/program';

const WAREHOUSE = 'bigquery://my-project/closing_bell';
const NAMES = Object.values(views).map(({ name }) => name);

async function run(warehouse: string, ...args: string[]): Promise<string> {
  let printed = '';
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      printed += chunk.toString();
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  const config = loadConfig({ CLOSING_BELL_WAREHOUSE: warehouse });
  await program({ config, environment: {}, output, clock: () => new Date(0) }, [
    'node',
    'closing-bell',
    'looker',
    ...args,
  ]);
  return printed;
}

describe('closing-bell looker', () => {
  it('prints a link for each view, which opens a new report on it', async () => {
    const links = blankLinks(WAREHOUSE);
    expect(links.map(({ name }) => name)).toEqual(NAMES);
    const printed = await run(WAREHOUSE);
    for (const { name, link } of links) {
      expect(printed).toContain(link);
      const { origin, pathname, searchParams } = new URL(link);
      expect(`${origin}${pathname}`).toBe('https://lookerstudio.google.com/reporting/create');
      expect(Object.fromEntries(searchParams)).toMatchObject({
        'ds.connector': 'bigQuery',
        'ds.type': 'TABLE',
        'ds.projectId': 'my-project',
        'ds.datasetId': 'closing_bell',
        'ds.tableId': name,
        'ds.billingProjectId': 'my-project',
      });
      expect(searchParams.get('r.reportName')).toMatch(/^Closing Bell: [A-Z]/);
      expect(link).not.toMatch(/[ +]/);
    }
  });

  it('leads each data source of a template to the view whose name is its alias', async () => {
    const link = templateLink(WAREHOUSE, '0a1b-2c');
    expect(await run(WAREHOUSE, '--template', '0a1b-2c')).toContain(link);
    const { searchParams } = new URL(link);
    expect(searchParams.get('c.reportId')).toBe('0a1b-2c');
    for (const name of NAMES) expect(searchParams.get(`ds.${name}.tableId`)).toBe(name);
  });

  it('says what to set where the warehouse is a file', async () => {
    await expect(run('duckdb:/tmp/w.duckdb')).rejects.toThrow(
      'Looker Studio reads BigQuery, and the warehouse is duckdb:/tmp/w.duckdb. Set CLOSING_BELL_WAREHOUSE to bigquery://project/dataset',
    );
  });
});
