import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package as the lock file has it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; undefined where the package says none. */
  readonly license?: string;
  /** Of its archive, as `sha512-…` in base64. */
  readonly integrity?: string;
}

interface LockEntry {
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
}

const PACKAGE_FOLDER = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Folder of the package that a file belongs to, such as node_modules/a/node_modules/@b/c; undefined for a file of no package. */
export function packageFolderOf(path: string): string | undefined {
  return PACKAGE_FOLDER.exec(path)?.[1];
}

/** The lock file of a folder: packages by the folders they are installed in. */
export class LockFile {
  private readonly entries: Readonly<Record<string, LockEntry>>;

  /** @param folder the one of package-lock.json */
  constructor(private readonly folder: string) {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, LockEntry>;
    };
    this.entries = lock.packages;
  }

  /** @throws Error where the lock file knows of no package there: what is installed is not what it pins */
  packageIn(packageFolder: string): LockedPackage {
    const entry = this.entries[packageFolder];
    if (entry === undefined) {
      throw new Error(
        `${packageFolder} is not in ${join(this.folder, 'package-lock.json')}: run \`npm ci\`, then build again`,
      );
    }
    const { version, license, integrity } = entry;
    const name = entry.name ?? packageFolder.slice(packageFolder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return {
      name,
      version,
      ...(license === undefined ? {} : { license }),
      ...(integrity === undefined ? {} : { integrity }),
    };
  }
}
