/** Asks as a process does that ends: the answer to the last of some calls is never seen, and no more are made. */
export class EndingProcess {
  calls = 0;

  constructor(private readonly last: number) {}

  readonly fetch: typeof fetch = async (...request) => {
    if (this.calls === this.last) throw new Error('this process has ended');
    this.calls += 1;
    const response = await fetch(...request);
    if (this.calls < this.last) return response;
    await response.arrayBuffer();
    throw new Error('this process has ended');
  };
}

/** Does it for the numbers from 0 up to `count`, a few at a time. */
export async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
