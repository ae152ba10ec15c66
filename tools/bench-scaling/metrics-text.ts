/** Metrics of several processes at one moment, or what was added to them between two. */
export class Samples {
  constructor(private readonly byName: ReadonlyMap<string, number>) {}

  /** What was added since an earlier moment; what was not there counted nothing. */
  since(earlier: Samples): Samples {
    return new Samples(
      new Map([...this.byName].map(([name, value]) => [name, value - (earlier.byName.get(name) ?? 0)])),
    );
  }

  /** The sum over all samples of a metric that carry the labels, each written as in the text: `name="value"`. */
  sum(metric: string, ...labels: readonly string[]): number {
    return [...this.byName]
      .filter(([name]) => name.startsWith(`${metric}{`) && labels.every((label) => name.includes(label)))
      .reduce((sum, [, value]) => sum + value, 0);
  }

  /** The values that a label takes in a metric. */
  values(metric: string, label: string): string[] {
    const found = [...this.byName.keys()]
      .filter((name) => name.startsWith(`${metric}{`))
      .flatMap((name) => new RegExp(`${label}="([^"]*)"`).exec(name)?.[1] ?? []);
    return [...new Set(found)];
  }
}

/** Reads Prometheus' text format: a sample a line, its labels in braces. */
export function parseMetrics(texts: readonly string[]): Samples {
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '' && !line.startsWith('#'));
  return new Samples(
    new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))])),
  );
}

/** Asks services at their addresses for their metrics. */
export async function readMetrics(urls: readonly string[]): Promise<Samples> {
  const ask = (url: string) => fetch(`${url}/metrics`).then((answer) => answer.text());
  // A connection that is kept for the next question may be closed just when it is asked: then a new one is opened.
  return parseMetrics(await Promise.all(urls.map((url) => ask(url).catch(() => ask(url)))));
}
