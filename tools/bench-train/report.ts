import { NETWORK, productsOf } from './work';

export interface Measurement {
  readonly batchSize: number;
  /** ms a batch, one value a round. */
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
}

export interface Result {
  readonly contender: string;
  readonly batches: readonly Measurement[];
  /** Throughput of two processes at once ÷ that of one, at the smallest batch. */
  readonly twoProcesses: number;
}

/** The measurements as a Markdown page. */
export function page(machine: string, rounds: number, results: readonly Result[]): string {
  const { features, units, lookback, dropout } = NETWORK;
  const sizes = results[0]?.batches.map(({ batchSize }) => batchSize) ?? [];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  // Taken round by round: what else the machine does weighs on both.
  const ratio = (cpu: readonly number[], peer: string, index: number): string => {
    const others = results.find(({ contender }) => contender.startsWith(peer))?.batches[index]?.cpu;
    return others ? median(cpu.map((value, round) => value / (others[round] ?? NaN))).toFixed(2) : '–';
  };
  return [
    '# Training benchmark',
    '',
    `${machine}, one thread a process, medians of ${rounds} interleaved rounds. Written by \`make bench-train\`. Each contender trains`,
    `LSTM(${units}, every step) → dropout ${dropout} → dense(1, relu) with Adam on squared error: windows of ${lookback} steps of ${features} features. The`,
    'last row is no contender: the matrix products of a step alone, by the BLAS of NumPy.',
    'Ratios are of CPU time, the medians over the rounds.',
    '',
    ...sizes.flatMap((size, index) => [
      `## Batch ${size} (${(productsOf(size) / 1e6).toFixed(0)} MFLOP of products)`,
      '',
      line(['', 'CPU ms a batch', 'least', 'wall ms a batch', '÷ Keras', '÷ PyTorch', '÷ products alone', 'GFLOP/s']),
      line(['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:']),
      ...results.map(({ contender, batches }) => {
        const { cpu = [], wall = [] } = batches[index] ?? {};
        return line([
          contender,
          median(cpu).toFixed(2),
          Math.min(...cpu).toFixed(2),
          median(wall).toFixed(2),
          ratio(cpu, 'Keras', index),
          ratio(cpu, 'PyTorch', index),
          ratio(cpu, 'matrix products', index),
          (productsOf(size) / median(cpu) / 1e6).toFixed(1),
        ]);
      }),
      '',
    ]),
    `## Two processes at once, batch ${sizes[0] ?? NaN}`,
    '',
    line(['', 'throughput ÷ that of one process']),
    line(['---', '---:']),
    ...results.map(({ contender, twoProcesses }) => line([contender, twoProcesses.toFixed(2)])),
    '',
  ].join('\n');
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
