import { openWarehouse, warehouseResources } from '../../src';

/** Opens a warehouse in a file, names what a dataset needs, and prints whether Google's clients were loaded by then. */
async function main([url = '']: readonly string[]): Promise<void> {
  await (await openWarehouse(url)).close();
  warehouseResources('bigquery://closing-bell/closing_bell', 'EU');
  const isLoaded = Object.keys(require.cache).some((file) =>
    /@google-cloud[\\/]bigquery|google-auth-library/.test(file),
  );
  process.stdout.write(isLoaded ? 'loaded' : 'not loaded');
}

void main(process.argv.slice(2));
