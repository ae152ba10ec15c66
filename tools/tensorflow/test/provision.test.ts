import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { findTensorFlow, tensorFlowFolder } from '../../../libs/forecasting/src/lstm/tensorflow/find-tensorflow';
import { typescriptArguments } from '../../../libs/forecasting/test/fixtures/typescript-process';
import { provide } from '../provide';
import { Progress } from '../progress';
import { type ProvisionOptions } from '../provision';

const WHEEL = 'the wheel';
const OFFLINE = 'Error: getaddrinfo ENOTFOUND storage.example';
const PACKAGE = 'node_modules/@tensorflow/tfjs-node';

/** What the fake commands do; each writes its name and what it was asked for into `calls`. */
interface Behaviour {
  readonly ownDownload?: 'works' | 'fails' | 'is broken';
  readonly wheel?: string;
  readonly pip?: 'works' | 'fails' | 'hangs';
  readonly build?: 'works' | 'fails';
}

let folder: string;
let cache: string;
let printed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-'));
  cache = join(folder, 'cache');
  printed = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Puts fake commands into the folder `bin`, as shell scripts. */
function fake({ ownDownload = 'fails', wheel = WHEEL, pip = 'works', build = 'works' }: Behaviour): void {
  const addon = `mkdir -p ${PACKAGE}/lib/napi-v8; echo ${ownDownload} > ${PACKAGE}/lib/napi-v8/tfjs_binding.node`;
  command(
    'npm',
    `case "$*" in
      ci*) test -f package-lock.json; mkdir -p ${PACKAGE} ;;
      *--build-from-source*)
        test -f ${PACKAGE}/deps/lib/libtensorflow.so.2.9.1 -a -f ${PACKAGE}/deps/include/tensorflow/c/c_api.h
        ${build === 'works' ? addon.replace(ownDownload, 'works') : 'echo "tfjs.cc:1: error: no compiler" >&2; exit 1'} ;;
      *)
        mkdir -p ${PACKAGE}/deps/lib; echo part > ${PACKAGE}/deps/lib/libtensorflow.so.2.9.1
        ${ownDownload === 'fails' ? `echo "${OFFLINE}" >&2; exit 1` : addon} ;;
    esac`,
  );
  const download = {
    works: `for last; do :; done; while [ "$1" != -d ]; do shift; done; printf '${wheel}' > "$2/$last.whl"`,
    fails: 'echo "ERROR: No matching distribution found" >&2; exit 1',
    hangs: `echo $$ > ${folder}/hanging; exec sleep 60`,
  }[pip];
  command(
    'python3',
    `if [ "$2" = pip ]; then ${download}
    else
      test "$(cat "$3")" = "${WHEEL}"
      mkdir -p "$4/tensorflow/include/tensorflow/c"; echo header > "$4/tensorflow/include/tensorflow/c/c_api.h"
      echo library > "$4/tensorflow/libtensorflow_cc.so.2"; echo library > "$4/tensorflow/libtensorflow_framework.so.2"
    fi`,
  );
  command('strip', 'exit 1');
  command('node', 'grep -q works "$2" && echo 2.21.0');
}

function command(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(file, `#!/bin/sh -e\necho "${name} $*" | head -n 1 >> ${folder}/calls\n${script}\n`);
  chmodSync(file, 0o755);
}

function options(): ProvisionOptions {
  return {
    cache,
    lock: resolve(__dirname, '../lock'),
    environment: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    node: join(folder, 'bin/node'),
    wheel: {
      requirement: 'tensorflow-cpu==2.21.0',
      tags: ['--abi=cp311'],
      bytes: WHEEL.length,
      sha256: createHash('sha256').update(WHEEL).digest('hex'),
    },
    progress: new Progress(new PassThrough() as unknown as NodeJS.WriteStream),
  };
}

function run(changes: Partial<ProvisionOptions> = {}, required = false): Promise<number> {
  return provide({ ...options(), ...changes }, required, (line) => printed.push(line));
}

/** What the commands were asked for, by its first words. */
function calls(): string[] {
  if (!existsSync(join(folder, 'calls'))) return [];
  return readFileSync(join(folder, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((call) => {
      if (call.startsWith('npm ci')) return 'install';
      if (call.includes('--build-from-source')) return 'build';
      if (call.startsWith('npm rebuild')) return 'own download';
      if (call.includes('pip download')) return 'pip download';
      if (call.startsWith('python3')) return 'unpack';
      return call.startsWith('node') ? 'verify' : 'strip';
    })
    .filter((call, index, all) => call !== 'strip' || all[index - 1] !== 'strip');
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 30_000) throw new Error('It did not happen within 30 s.');
    await pause(20);
  }
}

it("takes tfjs-node's own download where that works", async () => {
  fake({ ownDownload: 'works' });
  expect(await run()).toBe(0);
  expect(calls()).toEqual(['install', 'own download', 'verify']);
  const module = join(tensorFlowFolder(cache), 'packages', PACKAGE);
  expect(findTensorFlow(cache)).toEqual({
    tfjsNode: '4.22.0',
    tensorflow: '2.21.0',
    source: 'download',
    module,
    addon: join(module, 'lib/napi-v8/tfjs_binding.node'),
  });
  expect(printed).toEqual([`TensorFlow 2.21.0 (download) is in ${module}`]);
});

it('builds on the wheel where its own download fails, and leaves nothing behind but what serves', async () => {
  fake({});
  expect(await run({}, true)).toBe(0);
  expect(calls()).toEqual(['install', 'own download', 'pip download', 'unpack', 'strip', 'build', 'verify']);
  const found = findTensorFlow(cache);
  expect(found?.source).toBe('wheel');
  expect(readFileSync(join(found?.module ?? '', 'deps/lib/libtensorflow.so'), 'utf8')).toBe('library\n');
  expect(existsSync(join(found?.module ?? '', 'deps/include'))).toBe(false);
  expect(existsSync(join(tensorFlowFolder(cache), 'wheel'))).toBe(false);
  expect(existsSync(`${tensorFlowFolder(cache)}.lock`)).toBe(false);
});

it('builds on the wheel where what was downloaded does not load', async () => {
  fake({ ownDownload: 'is broken' });
  expect(await run()).toBe(0);
  expect(findTensorFlow(cache)?.source).toBe('wheel');
});

it('does nothing where TensorFlow is complete', async () => {
  fake({});
  await run();
  const before = calls();
  expect(await run()).toBe(0);
  expect(calls()).toEqual(before);
});

it('says in one line why TensorFlow is not to be had, and fails only where it is required', async () => {
  fake({ pip: 'fails' });
  expect(await run()).toBe(0);
  expect(await run({}, true)).toBe(1);
  expect(printed).toHaveLength(2);
  expect(printed[0]).not.toContain('\n');
  expect(printed[0]).toContain(OFFLINE);
  expect(printed[0]).toContain('ERROR: No matching distribution found');
  expect(printed[0]).toContain('goes on with the WebAssembly engine');
  expect(findTensorFlow(cache)).toBeUndefined();
});

it('says so where there is no wheel for the platform, or a command is missing', async () => {
  fake({});
  expect(await run({ wheel: undefined })).toBe(0);
  expect(printed[0]).toContain(`none is known for ${process.platform}`);
  expect(await run({ environment: { PATH: '/nowhere' } })).toBe(0);
  expect(printed[1]).toContain('there is no npm');
});

it('refuses a wheel with another checksum and names both', async () => {
  fake({ wheel: 'another wheel' });
  expect(await run()).toBe(0);
  expect(printed[0]).toContain(options().wheel?.sha256);
  expect(printed[0]).toContain(createHash('sha256').update('another wheel').digest('hex'));
  expect(calls()).not.toContain('unpack');

  fake({});
  await run();
  expect(findTensorFlow(cache)?.source).toBe('wheel');
});

it('goes on after a failed build without downloading again', async () => {
  fake({ build: 'fails' });
  expect(await run({}, true)).toBe(1);
  expect(printed[0]).toContain('error: no compiler');
  rmSync(join(folder, 'calls'));
  fake({});
  expect(await run({}, true)).toBe(0);
  expect(calls()).toEqual(['build', 'verify']);
});

it('goes on where a killed run stopped, and takes over its lock', async () => {
  fake({ pip: 'hangs' });
  const script = join(folder, 'run.cjs');
  const modules = ['../provide', '../progress'].map((module) => JSON.stringify(resolve(__dirname, `${module}.ts`)));
  writeFileSync(
    script,
    `const { provide } = require(${modules[0]}); const { Progress } = require(${modules[1]});
    provide({ ...${JSON.stringify(options())}, progress: new Progress(process.stderr) }, false, console.log);`,
  );
  const killed: ChildProcess = spawn(process.execPath, [...typescriptArguments(), script], { stdio: 'ignore' });
  const hanging = join(folder, 'hanging');
  await until(() => existsSync(hanging) && readFileSync(hanging, 'utf8').endsWith('\n'));

  expect(await run({}, true)).toBe(1);
  expect(printed[0]).toContain(`process ${killed.pid} is at it already`);

  const ended = once(killed, 'exit');
  killed.kill('SIGKILL');
  await ended;
  process.kill(Number(readFileSync(hanging, 'utf8')), 'SIGKILL');
  expect(existsSync(`${tensorFlowFolder(cache)}.lock`)).toBe(true);
  fake({});
  expect(await run({}, true)).toBe(0);
  expect(calls().filter((call) => call === 'install')).toHaveLength(1);
  expect(findTensorFlow(cache)?.source).toBe('wheel');
});

it('ends what it started when it is stopped', async () => {
  fake({ pip: 'hangs' });
  const stop = new AbortController();
  const running = run({ signal: stop.signal });
  const hanging = join(folder, 'hanging');
  await until(() => existsSync(hanging) && readFileSync(hanging, 'utf8').endsWith('\n'));
  stop.abort(new Error('Stopped.'));
  await expect(running).rejects.toThrow('Stopped.');
  expect(() => process.kill(Number(readFileSync(hanging, 'utf8')), 0)).toThrow('ESRCH');
  expect(existsSync(`${tensorFlowFolder(cache)}.lock`)).toBe(false);
});
