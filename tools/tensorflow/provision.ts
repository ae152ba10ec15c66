import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  findTensorFlow,
  READY_FILE,
  type TensorFlowInstallation,
  tensorFlowFolder,
  TFJS_NODE_VERSION,
} from '../../libs/forecasting/src/lstm/tensorflow/find-tensorflow';
import { takeLock } from './folder-lock';
import { type Progress } from './progress';
import { runCommand } from './run-command';
import { LIBRARY, LINKS, NEEDED, UNPACK, type Wheel } from './wheel';

const PACKAGE = '@tensorflow/tfjs-node';
const MINUTE = 60_000;
/** What tfjs-node downloads for Linux, unpacked; about the same elsewhere. */
const DOWNLOADED_BYTES = 400e6;

type Source = TensorFlowInstallation['source'];

export interface ProvisionOptions {
  /** The project's cache. */
  readonly cache: string;
  /** Folder of the package.json and package-lock.json that pin tfjs-node. */
  readonly lock: string;
  /** Where npm, python3 and the rest are found. */
  readonly environment: NodeJS.ProcessEnv;
  /** The Node that is to load the addon. */
  readonly node: string;
  /** The wheel for this platform; undefined where there is none. */
  readonly wheel: Wheel | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Thrown where TensorFlow cannot be had on this machine. The message says why, in a line. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/**
 * Provides a complete tfjs-node in the project's cache: by its own download of TensorFlow's library, or where that fails by
 * building its addon against the library in TensorFlow's wheel. The result of a step appears whole, and a later run does not make
 * it again.
 *
 * @throws UnavailableError where neither works; LockedError where another run is at it.
 */
export async function provisionTensorFlow(options: ProvisionOptions): Promise<TensorFlowInstallation> {
  const ready = findTensorFlow(options.cache);
  if (ready) return ready;
  const folder = tensorFlowFolder(options.cache);
  const giveBack = takeLock(`${folder}.lock`);
  try {
    await new Provisioning(options, folder).run();
  } finally {
    giveBack();
  }
  const installation = findTensorFlow(options.cache);
  if (!installation) throw new Error(`${folder} has just been completed, and is gone.`);
  return installation;
}

class Provisioning {
  private readonly packages: string;
  private readonly module: string;
  private readonly library: string;
  private readonly wheels: string;
  /** Says where the library that the addon was built or downloaded with comes from. */
  private readonly builtFile: string;
  private readonly log: string;

  constructor(
    private readonly options: ProvisionOptions,
    private readonly folder: string,
  ) {
    this.packages = join(folder, 'packages');
    this.module = join(this.packages, 'node_modules', PACKAGE);
    this.library = join(this.module, 'deps');
    this.wheels = join(folder, 'wheel');
    this.builtFile = join(folder, 'built');
    this.log = join(folder, 'provisioning.log');
  }

  async run(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    for (const name of readdirSync(this.folder)) if (name.endsWith('.partial')) remove(join(this.folder, name));
    const problems: string[] = [];
    try {
      await this.installPackages();
      if (!this.hasWheelLibrary() && (await this.tried('download', () => this.downloadLibrary(), problems))) return;
      if (await this.tried('wheel', () => this.buildOnWheel(), problems)) return;
    } catch (error) {
      this.options.signal?.throwIfAborted();
      problems.push(`tfjs-node cannot be installed (${(error as Error).message})`);
    }
    throw new UnavailableError(`${problems.join('; ')}. All that was printed is in ${this.log}`);
  }

  private async installPackages(): Promise<void> {
    if (existsSync(this.packages)) return;
    this.options.progress.say(`Installing tfjs-node ${TFJS_NODE_VERSION} ...`);
    const partial = this.partial('packages');
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(join(this.options.lock, name), join(partial, name));
    }
    await this.command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], partial, 10 * MINUTE);
    renameSync(partial, this.packages);
  }

  /** Makes and verifies an addon from one source. A failure is added to the problems. */
  private async tried(source: Source, make: () => Promise<void>, problems: string[]): Promise<boolean> {
    try {
      if (!existsSync(this.builtFile) || readFileSync(this.builtFile, 'utf8') !== source) {
        await make();
        this.write(this.builtFile, source);
      }
      await this.complete(source);
      return true;
    } catch (error) {
      this.options.signal?.throwIfAborted();
      remove(this.builtFile);
      const message = (error as Error).message;
      problems.push(source === 'download' ? `its own download fails (${message})` : `the wheel fails (${message})`);
      return false;
    }
  }

  /** tfjs-node's own install script: downloads the library and an addon that was built for it. */
  private async downloadLibrary(): Promise<void> {
    this.options.progress.say("Downloading TensorFlow's library (tfjs-node's own download) ...");
    // The script takes any library that it finds for a complete one.
    remove(this.library);
    const rebuilding = this.command('npm', ['rebuild', PACKAGE, '--foreground-scripts'], this.packages, 15 * MINUTE);
    await this.options.progress.whileFilling(this.library, DOWNLOADED_BYTES, rebuilding);
    if (!this.addon()) throw new Error('the script left no addon');
  }

  private async buildOnWheel(): Promise<void> {
    const { wheel, progress } = this.options;
    if (!wheel) throw new Error(`none is known for ${process.platform} on ${process.arch}`);
    if (!this.hasWheelLibrary()) await this.unpack(await this.wheelFile(wheel));
    remove(this.wheels);
    progress.say("Building tfjs-node's addon (a C++ compiler, make and Python do it) ...");
    const build = ['rebuild', PACKAGE, '--build-from-source', '--foreground-scripts'];
    await this.command('npm', build, this.packages, 15 * MINUTE, this.nodeHeaders());
    if (!this.addon()) throw new Error('the build left no addon');
  }

  private hasWheelLibrary(): boolean {
    return existsSync(join(this.library, 'lib', LIBRARY));
  }

  /** The wheel, downloaded by this run or an earlier one, and checked. */
  private async wheelFile(wheel: Wheel): Promise<string> {
    if (!existsSync(this.wheels)) await this.downloadWheel(wheel);
    const [name = ''] = readdirSync(this.wheels);
    const file = join(this.wheels, name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    const sha256 = hash.digest('hex');
    if (sha256 === wheel.sha256) return file;
    remove(this.wheels);
    throw new Error(`${name} has the SHA-256 ${sha256} and not ${wheel.sha256}: it was refused`);
  }

  private async downloadWheel({ requirement, tags, bytes }: Wheel): Promise<void> {
    const megabytes = Math.round(bytes / 1e6);
    this.options.progress.say(`Downloading ${requirement} by pip (${megabytes} MB) ...`);
    const partial = this.partial('wheel');
    const temporary = this.partial('pip');
    const options = ['--quiet', '--no-cache-dir', '--no-deps', '--only-binary=:all:', ...tags, '-d', partial];
    const download = this.command(
      'python3',
      ['-m', 'pip', 'download', ...options, requirement],
      this.folder,
      60 * MINUTE,
      { TMPDIR: temporary },
    );
    await this.options.progress.whileFilling(temporary, bytes, download);
    remove(temporary);
    renameSync(partial, this.wheels);
  }

  /** Takes the library and its headers out of the wheel, and gives it the names that tfjs-node knows it by. */
  private async unpack(wheel: string): Promise<void> {
    this.options.progress.say("Unpacking TensorFlow's library ...");
    const unpacked = this.partial('unpacked');
    await this.command('python3', ['-c', UNPACK, wheel, unpacked, ...NEEDED], this.folder, 10 * MINUTE);
    const library = this.partial('library');
    renameSync(join(unpacked, 'tensorflow', 'include'), join(library, 'include'));
    mkdirSync(join(library, 'lib'));
    for (const name of new Set(Object.values(LINKS))) {
      const file = join(library, 'lib', name);
      renameSync(join(unpacked, 'tensorflow', name), file);
      // A quarter of it is symbols for debuggers; where there is no `strip`, they stay.
      await this.command('strip', ['--strip-unneeded', file], library, 5 * MINUTE).catch(() => undefined);
    }
    for (const [name, target] of Object.entries(LINKS)) symlinkSync(target, join(library, 'lib', name));
    remove(unpacked);
    remove(this.library);
    renameSync(library, this.library);
  }

  /** Loads the addon in a process of its own, and says that the installation is complete if it computes. */
  private async complete(source: Source): Promise<void> {
    const addon = this.addon();
    if (!addon) throw new Error('its addon is gone');
    const threads = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
    const verify = [require.resolve('./verify-addon'), addon];
    const version = await this.command(this.options.node, verify, this.folder, 2 * MINUTE, threads);
    remove(join(this.module, 'build'));
    remove(join(this.library, 'include'));
    const installation: TensorFlowInstallation = {
      tfjsNode: TFJS_NODE_VERSION,
      tensorflow: version.trim(),
      source,
      module: relative(this.folder, this.module),
      addon: relative(this.folder, addon),
    };
    this.write(join(this.folder, READY_FILE), `${JSON.stringify(installation, null, 2)}\n`);
  }

  /** The addon, in a folder that is named after the version of Node's interface that it was built for. */
  private addon(): string | undefined {
    const folder = join(this.module, 'lib');
    if (!existsSync(folder)) return undefined;
    return readdirSync(folder)
      .map((name) => join(folder, name, 'tfjs_binding.node'))
      .find((file) => existsSync(file));
  }

  /** Node's headers lie beside most installations of it; without them they are downloaded. */
  private nodeHeaders(): NodeJS.ProcessEnv {
    const prefix = dirname(dirname(this.options.node));
    return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: prefix } : {};
  }

  /** An empty folder whose name says that it is not complete, and is no other run's: what that started may live on. */
  private partial(name: string): string {
    const folder = join(this.folder, `${name}.${process.pid}.partial`);
    remove(folder);
    mkdirSync(folder);
    return folder;
  }

  private write(file: string, content: string): void {
    const partial = `${file}.partial`;
    writeFileSync(partial, content);
    renameSync(partial, file);
  }

  private command(
    command: string,
    args: readonly string[],
    folder: string,
    limit: number,
    more: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const { environment, signal } = this.options;
    return runCommand(command, args, {
      folder,
      limit,
      signal,
      log: this.log,
      environment: { ...environment, ...more },
    });
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
