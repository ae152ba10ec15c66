import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '@closing-bell/platform';
import { findTensorFlow } from '../../libs/forecasting/src/lstm/tensorflow/find-tensorflow';
import { type Contender, ContenderProcess } from './contender';
import { type Measurement, median, page, type Result } from './report';
import { type Answer, BATCH_SIZES, NETWORK, stepsOf } from './work';

const NETWORK_ARGUMENT = JSON.stringify(NETWORK);

/** Trains the same network with every contender at hand, in interleaved rounds, and writes medians. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '7' },
      python: { type: 'string', default: '.cache/python/bin/python3' },
      markdown: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  const contenders = contendersAtHand(values.python);
  const results = await measure(contenders, rounds);
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  const markdown = page(machine, rounds, results);
  console.log(`\n${markdown}`);
  if (values.markdown) write(values.markdown, markdown);
  if (values.json) write(values.json, `${JSON.stringify({ machine, rounds, network: NETWORK, results }, null, 2)}\n`);
}

function contendersAtHand(python: string): Contender[] {
  const { cache } = loadConfig({ ...process.env, CLOSING_BELL_ENGINE: 'auto' });
  const node = (name: string, script: string, ...options: string[]): Contender => ({
    name,
    command: process.execPath,
    arguments: [join(__dirname, script), ...options],
  });
  const contenders = [
    node('Closing Bell, WebAssembly', 'engine-contender.js', JSON.stringify({ engine: 'wasm', cache })),
    node('Closing Bell, WebAssembly without FMA', 'engine-contender.js', 'plain'),
  ];
  const tensorFlow = findTensorFlow(cache);
  if (tensorFlow) {
    contenders.unshift(
      node('Closing Bell, TensorFlow', 'engine-contender.js', JSON.stringify({ engine: 'tensorflow', cache })),
    );
    contenders.push(node('tfjs-node, model.fit', 'stock-contender.js', tensorFlow.module));
  } else console.log('TensorFlow is not provisioned (make tensorflow): its rows are left out.');
  for (const [name, script, module] of [
    ['Keras on TensorFlow, model.fit', 'keras_contender.py', 'keras'],
    ['PyTorch, eager', 'torch_contender.py', 'torch'],
    ['matrix products alone (NumPy)', 'floor_contender.py', 'numpy'],
  ] as const) {
    if (existsSync(python) && imports(python, module)) {
      contenders.push({ name, command: python, arguments: [join('tools/bench-train', script), NETWORK_ARGUMENT] });
    } else console.log(`${module} is not installed in ${python} (make python-peers): its rows are left out.`);
  }
  return contenders;
}

function imports(python: string, module: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function measure(contenders: readonly Contender[], rounds: number): Promise<Result[]> {
  const running = contenders.map((contender) => ({
    contender,
    processes: [new ContenderProcess(contender), new ContenderProcess(contender)] as const,
    alone: new Map<number, Answer[]>(BATCH_SIZES.map((size) => [size, []])),
    together: [] as { speedup: number }[],
  }));
  const [smallest] = BATCH_SIZES;
  for (const { contender, processes } of running) {
    process.stdout.write(`warming up: ${contender.name}\n`);
    for (const batchSize of BATCH_SIZES) {
      for (const one of processes) await one.measure({ batchSize, steps: stepsOf(batchSize) * 2 });
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const { contender, processes, alone, together } of running) {
      for (const batchSize of BATCH_SIZES) {
        const answer = await processes[0].measure({ batchSize, steps: stepsOf(batchSize) });
        alone.get(batchSize)?.push(answer);
        console.log(
          `round ${round}: ${contender.name}, batch ${batchSize}: ${answer.cpu.toFixed(2)} CPU ms, ${answer.wall.toFixed(2)} ms`,
        );
      }
      // Long enough for the two to run side by side almost all of the time.
      const request = { batchSize: smallest, steps: 2 * stepsOf(smallest) };
      const one = await processes[0].measure(request);
      const both = await Promise.all(processes.map((each) => each.measure(request)));
      const rate = both.reduce((sum, { wall }) => sum + 1 / wall, 0);
      together.push({ speedup: rate * one.wall });
    }
  }
  await Promise.all(running.flatMap(({ processes }) => processes.map((each) => each.end())));
  return running.map(({ contender, alone, together }) => ({
    contender: contender.name,
    batches: BATCH_SIZES.map((batchSize): Measurement => {
      const answers = alone.get(batchSize) ?? [];
      return {
        batchSize,
        cpu: answers.map(({ cpu }) => cpu),
        wall: answers.map(({ wall }) => wall),
      };
    }),
    twoProcesses: median(together.map(({ speedup }) => speedup)),
  }));
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

void main();
