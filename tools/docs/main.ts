/**
 * Writes what the docs say about contracts, topology, configuration and metrics, from the code that defines them. With `--check` it
 * writes nothing and fails where a file differs.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration-page';
import { dashboard } from './dashboard';
import { settle } from './derived-files';
import { messageSchemas } from './message-schemas';
import { metricsPage } from './metrics-page';
import { topologyPage } from './topology-page';

const SCHEMAS = 'docs/schemas';

const pages: Record<string, string> = {
  ...Object.fromEntries(Object.entries(messageSchemas()).map(([name, text]) => [join(SCHEMAS, name), text])),
  'docs/topology.md': topologyPage(),
  'docs/configuration.md': configurationPage(),
  'docs/metrics.md': metricsPage(),
  'k8s/monitoring/dashboard.json': dashboard(),
};

function storedSchemas(): string[] {
  try {
    return readdirSync(SCHEMAS).map((name) => join(SCHEMAS, name));
  } catch {
    return [];
  }
}

settle({ files: pages, left: storedSchemas().filter((path) => !(path in pages)), verb: 'docs' }, process.argv);
