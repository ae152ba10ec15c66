import * as fc from 'fast-check';
import { layout } from '../../src/charts/graph-layout';

describe('the layout of a graph', () => {
  it('puts each node after all that it waits for, by the longest way', () => {
    const placed = layout([
      { id: 'close', after: [] },
      { id: 'bars', after: ['close'] },
      { id: 'model', after: ['bars', 'close'] },
      { id: 'record', after: ['bars'] },
    ]);
    expect([...placed.values()].map(({ id, layer }) => [id, layer])).toEqual([
      ['close', 0],
      ['bars', 1],
      ['model', 2],
      ['record', 2],
    ]);
    expect([placed.get('model')?.across, placed.get('record')?.across]).toEqual([-0.5, 0.5]);
  });

  it('keeps a branch beside what it comes from', () => {
    const placed = layout([
      { id: 'left', after: [] },
      { id: 'right', after: [] },
      { id: 'from right', after: ['right'] },
      { id: 'from left', after: ['left'] },
    ]);
    expect(placed.get('from left')?.across).toBeLessThan(placed.get('from right')?.across ?? 0);
  });

  it('ignores what is not there and ends where there is a circle', () => {
    const placed = layout([
      { id: 'a', after: ['b', 'nowhere'] },
      { id: 'b', after: ['a'] },
    ]);
    expect(placed.size).toBe(2);
  });

  it('puts no two nodes in one place, whatever the graph', () => {
    const graphs = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(graphs, (edges) => {
        const nodes = edges.map((after, index) => ({
          id: String(index),
          after: after.filter((other) => other < index).map(String),
        }));
        const placed = layout(nodes);
        expect(new Set([...placed.values()].map(({ layer, across }) => `${layer} ${across}`)).size).toBe(nodes.length);
        for (const { id, after } of nodes) {
          for (const other of after) expect(placed.get(other)?.layer).toBeLessThan(placed.get(id)?.layer ?? -1);
        }
      }),
    );
  });
});
