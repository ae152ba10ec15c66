import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** Compiles TypeScript as it is required and finds the project's libraries, so that no build is needed. */
const PRELUDE = `
const { transformSync } = require('@swc/core');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const library = /^@closing-bell\\/([^/]+)$/.exec(request);
  return resolve.call(this, library ? join(process.cwd(), 'libs', library[1], 'src/index.ts') : request, ...rest);
};
require.extensions['.ts'] = (module, filename) => {
  const options = { filename, module: { type: 'commonjs' }, jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true } } };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
require(process.argv[1]);
`;

/** Starts a TypeScript file as a process of its own. */
export function startTypeScript(file: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['-e', PRELUDE, '--', file, ...args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Runs one to its end and gives what it wrote; rejects where it failed. */
export async function runTypeScript(file: string, ...args: readonly string[]): Promise<string> {
  const child = startTypeScript(file, ...args);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}: ${output}`);
  return output;
}
