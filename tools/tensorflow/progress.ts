import { Presets, SingleBar } from 'cli-progress';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MEGABYTE = 1e6;

/** Says what is being done: a line a step, and a bar of a download's bytes where there is a terminal. */
export class Progress {
  constructor(private readonly output: NodeJS.WriteStream) {}

  say(text: string): void {
    this.output.write(`${text}\n`);
  }

  /** Shows how a folder fills while `work` goes on. total: bytes, as far as they are known. */
  async whileFilling<T>(folder: string, total: number, work: Promise<T>): Promise<T> {
    if (!this.output.isTTY) return work;
    const bar = new SingleBar(
      {
        format: '  {bar} {value}/{total} MB  {eta_formatted} left',
        stream: this.output,
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 20,
      },
      Presets.shades_classic,
    );
    bar.start(Math.round(total / MEGABYTE), 0);
    const timer = setInterval(() => bar.update(Math.round(Math.min(total, bytesIn(folder)) / MEGABYTE)), 200);
    try {
      return await work;
    } finally {
      clearInterval(timer);
      bar.stop();
    }
  }
}

/** Bytes of the files in a folder, however deep. What disappears meanwhile counts nothing. */
function bytesIn(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += bytesIn(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
