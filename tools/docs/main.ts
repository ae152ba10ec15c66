/**
 * Writes what the docs say about contracts, topology, configuration and metrics, from the code that defines them. With `--check` it
 * writes nothing and fails where a file differs.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configurationPage } from './configuration-page';
import { dashboard } from './dashboard';
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

function stored(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function storedSchemas(): string[] {
  try {
    return readdirSync(SCHEMAS).map((name) => join(SCHEMAS, name));
  } catch {
    return [];
  }
}

const stale = Object.entries(pages).filter(([path, text]) => stored(path) !== text);
const left = storedSchemas().filter((path) => !(path in pages));

if (process.argv.includes('--check')) {
  const differing = [...stale.map(([path]) => path), ...left];
  if (differing.length > 0) {
    console.error(`not what the code says: ${differing.join(', ')}. Run \`make docs\` and commit the result.`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
  }
  for (const path of left) {
    rmSync(path);
    console.log(`removed ${path}`);
  }
}
