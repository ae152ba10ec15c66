/**
 * Writes the manifests of Kubernetes and Config Connector and the script for Google's resources, from the code that defines them. With
 * `--check` it writes nothing and fails where a file differs.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { manifests } from './manifests';

function stored(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const stale = Object.entries(manifests()).filter(([path, text]) => stored(path) !== text);
if (process.argv.includes('--check')) {
  if (stale.length > 0) {
    const paths = stale.map(([path]) => path).join(', ');
    console.error(`not what the code says: ${paths}. Run \`make manifests\` and commit the result.`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (path.endsWith('.sh')) chmodSync(path, 0o755);
    console.log(`wrote ${path}`);
  }
}
