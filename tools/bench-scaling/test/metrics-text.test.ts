import { parseMetrics } from '../metrics-text';

const TEXT = `# HELP messages_total Messages.
# TYPE messages_total counter
messages_total{subscription="a.one",outcome="done",service="a"} 3
messages_total{subscription="a.two",outcome="done",service="a"} 4
messages_total{subscription="a.two",outcome="retried",service="a"} 1
`;

describe('parseMetrics', () => {
  it('sums the samples that carry all labels', () => {
    const samples = parseMetrics([TEXT, 'messages_total{subscription="b.one",outcome="done",service="b"} 5\n']);
    expect(samples.sum('messages_total', 'outcome="done"')).toBe(12);
    expect(samples.sum('messages_total', 'outcome="done"', 'service="a"')).toBe(7);
    expect(samples.sum('messages')).toBe(0);
    expect(samples.values('messages_total', 'subscription')).toEqual(['a.one', 'a.two', 'b.one']);
  });

  it('tells what was added since', () => {
    const later = parseMetrics([TEXT.replaceAll('"} 4', '"} 10')]);
    expect(later.since(parseMetrics([TEXT])).sum('messages_total', 'service="a"')).toBe(6);
    expect(later.since(parseMetrics([''])).sum('messages_total', 'service="a"')).toBe(14);
  });
});
