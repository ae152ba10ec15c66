import { type ObjectStoreOptions, openObjectStore } from '../src';

/**
 * A process that writes to the store at a URL, opened with options as JSON. `create`: tries to create each of the keys named and prints those it created.
 * `count`: adds one to the number in the key, `times` times, each by a compare-and-swap that succeeded, and prints every number it
 * wrote on a line of its own.
 */
async function main([url = '', options = '', task, ...args]: readonly string[]): Promise<void> {
  const store = openObjectStore(url, JSON.parse(options) as ObjectStoreOptions);
  if (task === 'create') {
    const created: string[] = [];
    for (const key of args) {
      if ((await store.createIfAbsent(key, Buffer.from(`${process.pid} ${key}`))) === 'created') created.push(key);
    }
    process.stdout.write(JSON.stringify({ pid: process.pid, created }));
    return;
  }
  const [key = '', times] = args;
  for (let done = 0; done < Number(times);) {
    const object = await store.read(key);
    const next = Number(object?.bytes ?? 0) + 1;
    if (!(await store.compareAndSwap(key, Buffer.from(String(next)), object?.version))) continue;
    done++;
    process.stdout.write(`${next}\n`);
  }
}

void main(process.argv.slice(2));
