/**
 * Checks everything in k8s that is applied: that it builds, that each object fits its schema without a field too many, and that linters find no
 * error. Asks nothing of the network. Ends with 1 where something is wrong.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildable, findKustomize } from './kustomize';
import { checkov, kubeScore, type Lint } from './linters';
import { Schemas } from './schemas';

const CACHE = '.cache/kubernetes';

const program = findKustomize(process.env['PATH'] ?? '');
if (program === undefined) throw new Error('kustomize is not there: run `make check-k8s`, which brings it');
const schemas = new Schemas(join(CACHE, 'schemas'));
const linters: Readonly<Record<string, Lint>> = {
  'kube-score': kubeScore(join(CACHE, 'bin/kube-score')),
  Checkov: checkov('.cache/checkov/bin/checkov', 'kubernetes'),
};
const scratch = mkdtempSync(join(tmpdir(), 'closing-bell-k8s-'));
let wrong = 0;

function tell(what: string, problems: readonly string[]): void {
  wrong += problems.length;
  console.log(`  ${problems.length === 0 ? '✓' : '✗'} ${what}`);
  for (const problem of problems) console.log(`      ${problem}`);
}

try {
  for (const folder of buildable()) {
    console.log(folder);
    const text = build(program, folder);
    const objects = Schemas.count(text);
    const misfits = schemas.check(text).map(({ object, problem }) => `${object}: ${problem}`);
    tell(`${objects} objects fit their schemas`, misfits);
    // What Config Connector is given has nothing that runs.
    if (folder.endsWith('config-connector')) continue;
    const file = join(scratch, `${folder.replaceAll('/', '-')}.yaml`);
    writeFileSync(file, text);
    for (const [name, lint] of Object.entries(linters)) tell(name, lint(file));
  }
} finally {
  rmSync(scratch, { recursive: true });
}
console.log(wrong === 0 ? 'All manifests are sound.' : `${wrong} problems.`);
process.exitCode = wrong === 0 ? 0 : 1;
