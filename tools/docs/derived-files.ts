import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files that follow from the code, by their paths, and those that did and no longer do. */
export interface DerivedFiles {
  readonly files: Readonly<Record<string, string>>;
  readonly left?: readonly string[];
  /** The verb of the Makefile that writes them. */
  readonly verb: string;
}

/** Writes what differs and removes what is left; with `--check` among the arguments it changes nothing and fails where it would. */
export function settle({ files, left = [], verb }: DerivedFiles, argv: readonly string[]): void {
  const stale = Object.entries(files).filter(([path, text]) => stored(path) !== text);
  if (argv.includes('--check')) {
    const differing = [...stale.map(([path]) => path), ...left];
    if (differing.length > 0) {
      console.error(`not what the code says: ${differing.join(', ')}. Run \`make ${verb}\` and commit the result.`);
      process.exitCode = 1;
    }
    return;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
    console.log(`wrote ${path}`);
  }
  for (const path of left) {
    rmSync(path);
    console.log(`removed ${path}`);
  }
}

function stored(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
