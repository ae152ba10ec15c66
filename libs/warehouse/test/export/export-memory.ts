import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeRows, type ExportFormat, openWarehouse, relationNamed } from '../../src';

/** Exports a relation of a file of DuckDB, and says how much memory of Node's that took at most: `database relation format to`. */
async function main([database = '', name = '', format = '', to = '']: readonly string[]): Promise<void> {
  const warehouse = await openWarehouse(`duckdb:${database}`);
  const relation = relationNamed(name);
  let heap = 0;
  async function* watched() {
    for await (const rows of warehouse.rows(relation)) {
      const { heapUsed, external } = process.memoryUsage();
      heap = Math.max(heap, heapUsed + external);
      yield rows;
    }
  }
  const options = { format: format as ExportFormat, processing: false };
  await pipeline(Readable.from(encodeRows(relation, watched(), options)), createWriteStream(to));
  await warehouse.close();
  process.stdout.write(JSON.stringify({ heap }));
}

void main(process.argv.slice(2));
