import { tables, views } from '@closing-bell/warehouse';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from './system';

describe('closing-bell export', () => {
  const root = mkdtempSync(join(tmpdir(), 'closing-bell-export-'));
  const system = new System(join(root, 'home'), { CLOSING_BELL_LSTM_UNITS: '4', CLOSING_BELL_LSTM_EPOCHS: '1' });
  const file = (name: string): string => join(root, name);
  afterAll(async () => {
    await system.stop();
    rmSync(root, { recursive: true });
  });

  it('says so where there is no warehouse yet', async () => {
    expect(await system.run('export', 'bars')).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^there is no warehouse at .*warehouse\.duckdb yet: replay a close first/,
      ) as string,
    });
  });

  it('gives the same bytes through the running monitor and from the file afterwards, in every format', async () => {
    await system.start();
    expect((await system.run('replay', '--from', '2020-03-16', '--to', '2020-03-16')).code).toBe(0);
    const names = [tables.bars, tables.forecasts, tables.events, views.forecastVsActual].map(({ name }) => name);
    const wanted = names.flatMap((name) => ['csv', 'jsonl', 'parquet'].map((extension) => [name, extension] as const));
    const writeAll = async (folder: string): Promise<void> => {
      for (const [name, extension] of wanted) {
        const to = file(`${folder}-${name}.${extension}`);
        const { code, output } = await system.run('export', name, '--to', to);
        expect([code, output]).toEqual([0, expect.stringMatching(`^${name} → .* \\([\\d.]+ kB\\)\n$`)]);
      }
    };
    await writeAll('running');
    await system.stop();
    await writeAll('stopped');
    for (const [name, extension] of wanted) {
      const [running, stopped] = ['running', 'stopped'].map((folder) =>
        readFileSync(file(`${folder}-${name}.${extension}`)),
      );
      expect(running?.equals(stopped ?? Buffer.of())).toBe(true);
    }
    expect(readFileSync(file('stopped-bars.csv'), 'utf8')).toMatch(
      /^symbol,session,open,high,low,close,volume,source,.*\n\^GSPC,2020-03-16,/,
    );
    const printed = await system.run('export', 'forecasts');
    expect(printed).toEqual({ code: 0, output: readFileSync(file('stopped-forecasts.csv'), 'utf8') });
  });

  it('lists what there is, and names it where another is asked for', async () => {
    const listed = await system.run('export');
    for (const { name, description } of [...Object.values(tables), ...Object.values(views)]) {
      expect(listed.output).toContain(name);
      expect(listed.output).toContain(description);
    }
    expect(await system.run('export', 'nonsense')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^there is no table or view "nonsense"; there are events, /) as string,
    });
    expect(await system.run('export', 'bars', '--format', 'parquet')).toMatchObject({
      code: 1,
      output: 'Parquet is nothing to print: add --to FILE\n',
    });
  });

  it('writes files alone, and only where their format is told', async () => {
    const folder = file('folder.csv');
    mkdirSync(folder);
    expect(await system.run('export', 'bars', '--to', folder)).toEqual({
      code: 1,
      output: `${folder} is no file: name one, or leave out --to and lead the output there\n`,
    });
    expect(await system.run('export', 'bars', '--to', file('bars.csv.gz'))).toEqual({
      code: 1,
      output: `the name of ${file('bars.csv.gz')} tells no format: end it in .csv, .json or .parquet, or add --format\n`,
    });
  });

  it('leaves no file where it breaks off on the way', async () => {
    const monitor = createServer((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/csv' });
      answer.write('symbol,session\n', () => setTimeout(() => answer.destroy(), 50));
    });
    await new Promise<void>((listening) => monitor.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(monitor.address() as AddressInfo).port}`;
    const broken = new System(join(root, 'home'), { CLOSING_BELL_MONITOR_URL: url });
    const { code, output } = await broken.run('export', 'bars', '--to', file('broken.csv'));
    expect([code, output]).toEqual([1, expect.stringMatching(/^the export of bars broke off/)]);
    expect(readdirSync(root).filter((name) => name.includes('broken'))).toEqual([]);
    monitor.close();
  });
});
