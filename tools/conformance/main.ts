/** Runs the Pub/Sub conformance suite on every server that this machine has, and writes the result as a table. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface JestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const PAGE = 'docs/conformance.md';
const SERVERS = ['local, in memory', 'local, durable', 'Google’s emulator'];

const HEADER = `<!-- Written by \`make conformance\`. Do not edit. -->

# Pub/Sub conformance

One suite (\`libs/messaging/test/conformance\`), seen through Google's own Node client: what production promises, on the embedded
server in memory and on disk, and on Google's emulator. A dash is a feature that the server lacks, with what it does instead.

`;

function runSuite(): { report: JestReport; status: number } {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-conformance-'));
  const output = join(folder, 'report.json');
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', 'libs/messaging/test/conformance', '--json', '--outputFile', output],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const report = JSON.parse(readFileSync(output, 'utf8')) as JestReport;
  rmSync(folder, { recursive: true });
  return { report, status: status ?? 1 };
}

const { report, status } = runSuite();
const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
const rows = new Map<string, Map<string, string>>();
const notes: string[] = [];
for (const { ancestorTitles, title, status: outcome } of results) {
  const [server] = ancestorTitles;
  if (server === undefined) continue;
  const lacking = /^(.*) \[(.*)\]$/s.exec(title);
  const name = lacking?.[1] ?? title;
  const row = rows.get(name) ?? new Map<string, string>();
  rows.set(name, row);
  if (lacking) {
    const note = lacking[2] ?? '';
    if (!notes.includes(note)) notes.push(note);
    row.set(server, `– (${notes.indexOf(note) + 1})`);
  } else {
    row.set(server, outcome === 'passed' ? 'yes' : 'NO');
  }
}
const present = SERVERS.filter((server) => [...rows.values()].some((row) => row.has(server)));
for (const server of SERVERS)
  if (!present.includes(server)) console.log(`${server}: not on this machine, column left out`);
const table = [
  `| behaviour | ${present.join(' | ')} |`,
  `| --- |${present.map(() => ' --- |').join('')}`,
  ...[...rows].map(([name, row]) => `| ${name} | ${present.map((server) => row.get(server) ?? '').join(' | ')} |`),
].join('\n');
console.log(table);
const explained = notes.map((note, index) => `${index + 1}. ${note}`).join('\n');
if (present.length === SERVERS.length) writeFileSync(PAGE, `${HEADER}${table}\n\n${explained}\n`);
else console.log(`${PAGE} is left as it is: it is written where all servers are at hand.`);
process.exitCode = status;
