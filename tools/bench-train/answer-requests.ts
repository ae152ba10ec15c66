import { createInterface } from 'node:readline';
import { type Answer, type Request } from './work';

/** Trains `steps` batches and returns the last loss. */
export type Train = (steps: number) => number | Promise<number>;

/** Answers requests on standard input until it ends. prepare: makes what trains batches of a size; called once a size. */
export async function answerRequests(prepare: (batchSize: number) => Train): Promise<void> {
  const prepared = new Map<number, Train>();
  for await (const line of createInterface({ input: process.stdin })) {
    const { batchSize, steps } = JSON.parse(line) as Request;
    const train = prepared.get(batchSize) ?? prepare(batchSize);
    prepared.set(batchSize, train);
    const cpuBefore = process.cpuUsage();
    const wallBefore = performance.now();
    const loss = await train(steps);
    const wall = performance.now() - wallBefore;
    const { user, system } = process.cpuUsage(cpuBefore);
    const answer: Answer = { cpu: (user + system) / 1000 / steps, wall: wall / steps, loss };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
