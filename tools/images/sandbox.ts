import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type ImageConfig } from './dockerfile';

/** An image without its base: what a Dockerfile says of it, and its content as `assemble` made it. */
export interface SandboxImage {
  readonly config: ImageConfig;
  /** Folder with what is in the image below its root, such as app and opt. */
  readonly content: string;
}

/** A folder of this machine in a container. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  /** Otherwise the container's user owns the folder, as with a volume and `fsGroup`. */
  readonly readOnly?: boolean;
}

/** A container as a pod has it. Names and meaning are those of Kubernetes. */
export interface ContainerOptions {
  readonly image: SandboxImage;
  /** In place of the image's entry point, and of its command too where there are no `args`. */
  readonly command?: readonly string[];
  /** In place of the image's command. */
  readonly args?: readonly string[];
  /** Beside what the image sets. Nothing of this process's own environment comes along. */
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Mount[];
  readonly readOnlyRootFilesystem: boolean;
  /** User and group. */
  readonly user: number;
  /** Gets what the container prints. */
  readonly log?: (text: string) => void;
}

/** How a container ended: with an exit code, or by a signal. */
export interface ContainerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A container that was started; what it does from then on is its own affair. */
export interface Container {
  /** When its command was executed: milliseconds as `performance.now` tells them. */
  readonly startedAt: number;
  /** What it printed so far, on both streams. */
  readonly output: string;
  readonly ended: Promise<ContainerEnd>;
  /** Numbers of its processes on this machine. The first one is its entry point. */
  processes(): number[];
  /** Sends a signal to its first process, as a kubelet does. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL to all its processes where that does not end it in time. */
  stop(graceMs?: number): Promise<ContainerEnd>;
}

const TOOLS = ['/usr/bin/unshare', '/usr/bin/mount', '/usr/bin/setpriv', '/usr/bin/env', '/usr/bin/tini', '/bin/sh'];
const BASE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
// Of Debian's libc6, whatever the program names of it.
const LIBC = [
  'libdl.so.2',
  'libm.so.6',
  'libpthread.so.0',
  'libresolv.so.2',
  'librt.so.1',
  'libnss_dns.so.2',
  'libnss_files.so.2',
];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
const GRACE_MS = 30_000;
const START_MS = 20_000;

/** Why no container can be started on this machine, in a line; undefined where it can. */
export function sandboxProblem(): string | undefined {
  if (process.platform !== 'linux') return `a sandbox takes Linux's namespaces, which ${process.platform} has not`;
  if (process.getuid?.() !== 0) return 'a sandbox takes root: it mounts file systems and changes the user';
  const missing = TOOLS.filter((tool) => !existsSync(tool));
  if (missing.length > 0) return `a sandbox takes ${missing.join(', ')}: on Debian, apt-get install util-linux tini`;
  try {
    execFileSync('/usr/bin/unshare', ['--mount', '--pid', '--fork', '/usr/bin/mount', '-t', 'tmpfs', 'none', '/mnt'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return `this machine lets nobody mount: ${String((error as { stderr?: Buffer }).stderr ?? error).trim()}`;
  }
}

/**
 * Starts a container without an engine: namespaces of its own for mounts and processes, and a root file system that holds the image's
 * content, Node and tini, the C and C++ libraries that they load, /proc, /dev and the mounts, and nothing else of this machine. There is no
 * shell in it. The network is this machine's, so ports are: say CLOSING_BELL_HTTP_PORT in `env` where several run.
 *
 * Not simulated: Debian's other files, limits on memory and CPU, seccomp and the network's rules.
 *
 * @throws Error with what was printed, where it cannot be set up
 */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const problem = sandboxProblem();
  if (problem !== undefined) throw new Error(problem);
  const { content } = options.image;
  if (topFolders(content).length === 0) throw new Error(`${content} holds no image's content: assemble it first`);
  for (const { source, readOnly } of options.mounts ?? []) {
    if (!(readOnly ?? false)) chownSync(source, options.user, options.user);
  }
  const root = mkdtempSync(join(tmpdir(), 'closing-bell-sandbox-'));
  // Should this process be killed, its containers end with it. The fourth stream tells when all is set up and the command takes over.
  const child = spawn(
    '/usr/bin/setpriv',
    [
      ...['--pdeathsig=KILL', '/usr/bin/unshare', '--mount', '--pid', '--fork', '--kill-child'],
      ...['/bin/sh', '-e', '-c', script(root, options)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: { PATH: BASE_PATH } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      options.log?.(text);
    });
  }
  const ended = new Promise<ContainerEnd>((settle) => {
    child.once('close', (code, signal) => {
      // Mounted over in the container's namespace alone, which is gone.
      rmdirSync(root);
      settle({ code, signal });
    });
  });
  const set = new Promise<number>((settle) =>
    (child.stdio[3] as Readable).once('data', () => settle(performance.now())),
  );
  const late = pause(START_MS, undefined, { ref: false });
  const startedAt = await Promise.race([set, ended.then(() => undefined), late]);
  if (startedAt === undefined) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`The container cannot be set up. It printed:\n${output}`);
  }
  const processes = (): number[] => descendantsOf(child.pid ?? 0);
  const signal = (name: NodeJS.Signals): void => {
    const [first] = processes();
    if (first !== undefined) process.kill(first, name);
  };
  return {
    startedAt,
    get output() {
      return output;
    },
    ended,
    processes,
    signal,
    stop: async (graceMs = GRACE_MS) => {
      signal('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const end = await ended;
      clearTimeout(force);
      return end;
    },
  };
}

/** Sets the root file system up, then becomes the container's first process. */
function script(root: string, options: ContainerOptions): string {
  const { image, mounts = [], readOnlyRootFilesystem, user } = options;
  const { config, content } = image;
  const inside = (path: string): string => quoted(join(root, path));
  const bind = (source: string, target: string, flags: string): string[] => [
    `/usr/bin/mount --bind ${quoted(source)} ${inside(target)}`,
    `/usr/bin/mount -o remount,bind,${flags} ${inside(target)}`,
  ];
  const folder = (path: string): string => `mkdir -p ${inside(path)}`;
  const file = (source: string, target: string): string[] => [
    folder(dirname(target)),
    `: > ${inside(target)}`,
    ...bind(source, target, 'ro'),
  ];
  const lines = [
    `mount -t tmpfs -o mode=755 none ${quoted(root)}`,
    ...['/proc', '/sys', '/dev/shm', '/etc', '/tmp', config.workingDirectory].map(folder),
    `chmod 1777 ${inside('/tmp')}`,
    ...topFolders(content).flatMap((name) => [folder(name), ...bind(join(content, name), name, 'ro,nosuid,nodev')]),
    ...Object.entries(programs()).flatMap(([target, source]) => file(source, target)),
    ...['passwd', 'group', 'hosts', 'resolv.conf'].flatMap((name) =>
      existsSync(`/etc/${name}`) ? [`cat /etc/${name} > ${inside(`/etc/${name}`)}`] : [],
    ),
    ...DEVICES.flatMap((name) => [
      `: > ${inside(`/dev/${name}`)}`,
      `mount --bind /dev/${name} ${inside(`/dev/${name}`)}`,
    ]),
    `ln -s /proc/self/fd ${inside('/dev/fd')}`,
    `mount -t tmpfs -o mode=1777,nosuid,nodev none ${inside('/dev/shm')}`,
    `mount -t proc proc ${inside('/proc')}`,
    `mount -t sysfs -o ro sysfs ${inside('/sys')}`,
    ...mounts.flatMap(({ source, target, readOnly }) => [
      folder(target),
      ...bind(source, target, `${(readOnly ?? false) ? 'ro' : 'rw'},nosuid,nodev`),
    ]),
    ...(readOnlyRootFilesystem ? [`mount -o remount,ro ${quoted(root)}`] : []),
  ];
  const environment = { PATH: BASE_PATH, HOSTNAME: 'sandbox', ...config.environment, ...options.env };
  const command = [
    ...['/usr/bin/env', '-i', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
    ...['/usr/bin/setpriv', '--no-new-privs', '--inh-caps=-all'],
    ...[
      '/usr/bin/unshare',
      `--root=${root}`,
      `--wd=${config.workingDirectory}`,
      `--setgid=${user}`,
      `--setuid=${user}`,
      '--',
    ],
    ...commandOf(options),
  ];
  return [...lines, 'echo >&3', 'exec 3>&-', `exec ${command.map(quoted).join(' ')}`].join('\n');
}

/** What a container executes, as Kubernetes puts it together. */
function commandOf({ image, command, args }: ContainerOptions): readonly string[] {
  const { entrypoint, command: imageCommand } = image.config;
  if (command !== undefined) return [...command, ...(args ?? [])];
  return [...entrypoint, ...(args ?? imageCommand)];
}

function topFolders(content: string): string[] {
  return ['app', 'opt'].filter((name) => existsSync(join(content, name)));
}

/** Of the base image, what the processes load: place in the container → file of this machine. */
function programs(): Record<string, string> {
  const node = realpathSync(process.execPath);
  const loaded = [node, '/usr/bin/tini'].flatMap((program) => [
    ...execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+\.so\S*) \(0x/g),
  ]);
  const libraries = new Set(loaded.flatMap(([, library]) => library ?? []));
  const libc = [...libraries].find((library) => basename(library) === 'libc.so.6');
  for (const name of LIBC) if (libc !== undefined) libraries.add(join(dirname(libc), name));
  return {
    '/usr/local/bin/node': node,
    '/usr/bin/tini': realpathSync('/usr/bin/tini'),
    ...Object.fromEntries([...libraries].filter(existsSync).map((library) => [library, realpathSync(library)])),
  };
}

/** All that a process started, and what these started; a process before its children. */
function descendantsOf(pid: number): number[] {
  let children: number[];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
