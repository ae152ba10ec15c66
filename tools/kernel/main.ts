/**
 * Builds the WebAssembly kernel of the LSTM from its source and writes it where the library finds it. With `--check` it writes
 * nothing and fails where the stored file is not what the source says.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const COMPILER = require.resolve('assemblyscript/bin/asc.js');
const SOURCE = 'libs/forecasting/kernel/network.ts';
const TARGET = 'libs/forecasting/src/lstm/wasm/kernel-binary.ts';
const OPTIONS = [
  '--optimizeLevel',
  '3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--disableWarning',
  '112',
];

/** The compiled source, in base64. */
function build(options: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'closing-bell-kernel-'));
  try {
    const file = join(folder, 'kernel.wasm');
    execFileSync(process.execPath, [COMPILER, SOURCE, '--outFile', file, ...OPTIONS, ...options], { stdio: 'inherit' });
    return readFileSync(file).toString('base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const text = `// Written by tools/kernel from libs/forecasting/kernel. Base64 of two builds of one source.

/** The same bytes on every machine. */
export const PLAIN_KERNEL =
  '${build([])}';

/** With relaxed SIMD's multiply-add, which rounds once where the machine can. */
export const RELAXED_KERNEL =
  '${build(['--enable', 'relaxed-simd'])}';
`;
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
  console.log(`wrote ${TARGET}`);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(
    `${TARGET} is not what libs/forecasting/kernel compiles to. Run \`make kernel\` and commit the result.`,
  );
  process.exitCode = 1;
}
