/** Assembles what is in the container images: `assemble IMAGE... --to DIRECTORY` makes a folder for each, `list` prints their names. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../libs/platform/src/config/config';
import { assemble } from './assemble';
import { CONTENT_NAMES, type ContentName, IMAGES } from './images';

const USAGE = `Usage: images list
       images assemble IMAGE... --to DIRECTORY [--cache DIRECTORY] [--require]`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      // The project's cache with TensorFlow, if it is not the configuration's.
      cache: { type: 'string' },
      // Fails where TensorFlow is missing.
      require: { type: 'boolean', default: false },
    },
  });
  const [command, ...names] = positionals;
  if (command === 'list' && names.length === 0) return console.log(IMAGES.join('\n'));
  if (command !== 'assemble' || names.length === 0 || values.to === undefined) throw new Error(USAGE);
  const traces = {};
  for (const name of names) {
    const to = join(resolve(values.to), name);
    // What an earlier assembly left there.
    rmSync(to, { recursive: true, force: true });
    await assemble(contentNamed(name), to, {
      root: process.cwd(),
      cache: resolve(values.cache ?? loadConfig(process.env).cache),
      requireTensorFlow: values.require,
      traces,
    });
    console.log(`${name} is in ${to}`);
  }
}

function contentNamed(name: string): ContentName {
  const known = CONTENT_NAMES.find((one) => one === name);
  if (known === undefined)
    throw new Error(`There is no image "${name}". There are ${CONTENT_NAMES.join(', ')}.\n${USAGE}`);
  return known;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
