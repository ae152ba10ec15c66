import { tables } from '../../src';
import { BigQueryWarehouse } from '../../src/bigquery/bigquery-warehouse';
import { bar } from '../bar';

/** A process that opens a warehouse, says so on its output, and inserts bars one by one, over and over, until it is killed. */
async function main([
  projectId = '',
  datasetId = '',
  endpoint,
  storageEndpoint,
  symbols,
]: readonly string[]): Promise<void> {
  const warehouse = await BigQueryWarehouse.open({ projectId, datasetId }, { endpoint, storageEndpoint });
  process.stdout.write('open\n');
  for (;;) {
    for (let n = 0; n < Number(symbols); n++) await warehouse.insert(tables.bars, [bar(`S${n}`, '2020-03-16', n)]);
  }
}

void main(process.argv.slice(2));
